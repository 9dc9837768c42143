package palimpsest.api;

/** What a remedy can promise; declared by the method, and never upgraded by a later stage. */
public enum Guarantee {
  /** Retrained or replayed without the data: the parameters are as if it had never been seen. */
  EXACT("retrained or replayed without the data"),
  /** Exact on the shard or adapter that held the data; the rest never saw it. */
  STRUCTURAL("exact on the shard or adapter that held the data"),
  /** Parameters were changed; nothing is proved about what is left in them. */
  APPROXIMATE("weights changed, no proof of what is left in them"),
  /** Outputs only: the parameters are untouched or the information stays in them. */
  SUPPRESSED("outputs constrained, the information stays in the weights");

  private final String meaning;

  Guarantee(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }

  /** Whether this class speaks of removal from parameters at all. */
  public boolean isRemoval() {
    return this != SUPPRESSED;
  }
}
