package palimpsest.api;

/** The parts of an evaluation, named as the field names them. */
public enum Split {
  /** What was to be forgotten. */
  FORGET,
  /** Trained on and to be kept. */
  RETAIN,
  /** Never trained on, of the same kind as {@link #FORGET}: the non-members of membership tests. */
  HOLDOUT,
  /** Kept knowledge near the target; TOFU's real authors. */
  REAL_AUTHORS,
  /** Kept knowledge far from the target; TOFU's world facts. */
  WORLD_FACTS
}
