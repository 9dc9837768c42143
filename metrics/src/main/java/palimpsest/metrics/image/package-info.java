/**
 * Scores of image models from what they drew when asked: whether the erased class is still drawn,
 * whether the others are, and how far the drawings are from those of the model before and of a
 * model that never saw the class.
 *
 * <p>None is called FID: the features are those of a classifier trained here, and what another
 * classifier's features give is another number.
 */
@NullMarked
package palimpsest.metrics.image;

import org.jspecify.annotations.NullMarked;
