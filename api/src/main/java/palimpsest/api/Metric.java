package palimpsest.api;

/** A judgement of a model from evidence alone. An implementation is a record of its parameters. */
public interface Metric {

  /** {@code family.name}, unique; a second definition of a name gets a second id. */
  String id();

  /** Raised whenever the arithmetic changes. */
  int version();

  /** In which direction a better unlearned model lies. */
  Better better();

  /** Range, units and sign convention, one line for people. */
  String meaning();

  /** The score, explained down to the examples; {@link Score.NotMeasured} where inputs lack. */
  Score score(Trial trial);

  /** In which direction a better unlearned model lies. */
  enum Better {
    HIGHER,
    LOWER,
    NEARER_REFERENCE
  }
}
