/**
 * Small text-to-image models of pixels: trained on captioned pictures so that the training can be
 * killed, resumed and done again without some of them, kept in the folder layout of diffusers, and
 * drawn with.
 *
 * <p>A {@link palimpsest.engine.picture.PictureSource} is read, a {@link
 * palimpsest.engine.picture.PictureTraining} trains by a {@link
 * palimpsest.engine.picture.PictureRecipe} and leaves a {@link
 * palimpsest.engine.picture.PictureManifest}, a {@link palimpsest.engine.picture.PictureForgetting}
 * does it again, and a {@link palimpsest.engine.picture.PictureModel} draws.
 */
@NullMarked
package palimpsest.engine.picture;

import org.jspecify.annotations.NullMarked;
