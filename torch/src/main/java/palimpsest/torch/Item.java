package palimpsest.torch;

/** An example as a training run meets it, whatever it is of. */
public interface Item {

  /** What makes it this example and no other: its order and its fingerprint follow from it. */
  int[] content();

  /** How much of a rectangle it fills; items of like sizes go through a model together. */
  int size();
}
