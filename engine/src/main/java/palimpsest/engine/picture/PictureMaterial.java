package palimpsest.engine.picture;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Picture;

/**
 * What a training is on.
 *
 * @param corpus the pictures, those left out included
 * @param source of them, if it is known
 * @param without ids of those left out
 */
record PictureMaterial(ImageCorpus corpus, Optional<PictureSource> source, Set<String> without) {
  PictureMaterial {
    without = Set.copyOf(without);
  }

  /** The pictures that are trained on. */
  List<CaptionedImage> left() {
    return less(without);
  }

  /** The pictures but some. */
  List<CaptionedImage> less(Set<String> ids) {
    return corpus.images().stream().filter(i -> !ids.contains(i.id())).toList();
  }

  PictureManifest.Pictures described() {
    return new PictureManifest.Pictures(source, corpus.digest(), corpus.images().size());
  }

  /** Ids of those left out, in the order of the corpus. */
  List<String> leftOut() {
    return corpus.images().stream().map(CaptionedImage::id).filter(without::contains).toList();
  }

  /**
   * Refuses pictures of another size, and none.
   *
   * @throws InvalidRequest naming the first
   */
  void require(int side) {
    if (left().isEmpty()) {
      throw new InvalidRequest("there are no pictures to train on: give some");
    }
    for (CaptionedImage image : corpus.images()) {
      Picture picture = image.picture();
      if (picture.width() != side || picture.height() != side) {
        throw new InvalidRequest(
            image.id() + " is a " + picture + ", wanted " + side + " x " + side + ": read it so");
      }
    }
  }
}
