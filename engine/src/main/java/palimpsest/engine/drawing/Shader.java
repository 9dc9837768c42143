package palimpsest.engine.drawing;

/** Colours the samples of a scene. */
@FunctionalInterface
interface Shader {

  /** Writes red, green and blue of a sample; values beyond 0 and 1 are cut. */
  void at(int x, int y, float[] rgb);
}
