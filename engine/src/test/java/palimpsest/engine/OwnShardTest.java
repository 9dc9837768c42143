package palimpsest.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Evidence;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Split;
import palimpsest.torch.llm.Adapter;
import palimpsest.torch.llm.TextModel;

/** Thirty letters in three shards of ten, as they stand. */
class OwnShardTest {
  @TempDir static Path home;

  private static Sharded sharded;
  private static Path model;

  @BeforeAll
  static void train() throws IOException {
    sharded = Sharded.make(home);
    sharded.train(home.resolve("trained"), 1);
    model = home.resolve("trained/model");
  }

  @Test
  void evidence_asksEachQuestionOfTheAdapterThatWasTrainedOnIt() {
    List<Example> all = sharded.letters().examples();
    List<Example> asked = List.of(all.get(25), all.get(3), all.get(14));
    ShardSet shards = ShardSet.beside(model).orElseThrow();

    List<Evidence.Item> items =
        new OwnShard(model, shards, sharded.letters()).evidence(asked, 3).of(Split.RETAIN);

    assertThat(items).extracting(Evidence.Item::example).containsExactlyInAnyOrderElementsOf(asked);
    for (Evidence.Item item : items) {
      List<Double> byEach =
          IntStream.range(0, 3).mapToObj(s -> by(shards, s, item.example())).toList();
      int own = all.indexOf(item.example()) / 10;
      double logProb = item.answer().sumLogProb();
      for (int shard = 0; shard < 3; shard++) {
        assertThat(Math.abs(logProb - byEach.get(shard)) < 1e-4).isEqualTo(shard == own);
      }
    }
  }

  private static double by(ShardSet shards, int shard, Example asked) {
    try (TextModel base = shards.openBase();
        Adapter adapter = shards.open(ShardSet.folder(model), shards.parts().get(shard), base)) {
      return base.averaging(List.of(adapter)).trace(List.of(asked)).get(0).sumLogProb();
    }
  }

  @Test
  void evidence_onWhatNoShardHolds_isRefused() {
    ShardSet shards = ShardSet.beside(model).orElseThrow();
    Example one = sharded.letters().examples().get(0);
    Example stranger = new Example(one.id(), one.place(), "Who?", "Nobody", one.probe());

    assertThatThrownBy(
            () -> new OwnShard(model, shards, sharded.letters()).evidence(List.of(stranger), 3))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("asks what no record of a shard answers");
  }
}
