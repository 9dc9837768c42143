package palimpsest.api;

/**
 * What having sharded costs in use: the mean loss of a label token, in nats, end token included, on
 * some of the records that the shards hold, under three models. What one model trained on all of
 * them would have is not among these.
 *
 * @param records how many, evenly from each shard
 * @param own by the adapter of the shard that the record is in, alone over the frozen checkpoint
 * @param merged by the mean of all adapters merged into the checkpoint: what was in {@code own} and
 *     is not here is what sharing with the other shards costs
 * @param base by the frozen checkpoint alone
 */
public record ShardedLoss(int records, double own, double merged, double base) {
  public ShardedLoss {
    Check.atLeast(records, 1, "records that the loss of shards was measured on");
    Check.nonNegative(own, "loss by the own shard's adapter");
    Check.nonNegative(merged, "loss by the merged model");
    Check.nonNegative(base, "loss by the frozen checkpoint");
  }
}
