package palimpsest.api;

/** What is asked for; always explicit in a request, never inferred. */
public enum Objective {
  /** Take the effects of the target out of the model's parameters. */
  REMOVAL,
  /** Keep the target out of the model's outputs. */
  SUPPRESSION,
  /** Both of them, judged separately. */
  BOTH;

  public boolean wantsRemoval() {
    return this != SUPPRESSION;
  }

  public boolean wantsSuppression() {
    return this != REMOVAL;
  }
}
