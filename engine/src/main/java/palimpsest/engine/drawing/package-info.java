/**
 * Drawings of objects in styles: figures as regions of the plane, styles as ways to render a scene,
 * and everything else (pose, colours, background, words) drawn apart from both.
 *
 * <p>A {@link palimpsest.engine.drawing.Scene} is made of a {@link
 * palimpsest.engine.drawing.Figure} or of a given picture; a {@link
 * palimpsest.engine.drawing.Style} renders either. The arithmetic is that of Java's floating point
 * and {@link StrictMath}, the draws those of {@link java.util.SplittableRandom}, so that a drawing
 * is the same bytes on every platform.
 */
@NullMarked
package palimpsest.engine.drawing;

import org.jspecify.annotations.NullMarked;
