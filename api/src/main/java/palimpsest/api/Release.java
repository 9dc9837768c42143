package palimpsest.api;

/** How the model reaches its users; decides whether a guard can be enforced at all. */
public enum Release {
  /** Behind a server of the provider's, where a guard can be enforced. */
  HOSTED,
  /** Weights are given away: whoever holds them can switch any guard off. */
  OPEN_WEIGHTS
}
