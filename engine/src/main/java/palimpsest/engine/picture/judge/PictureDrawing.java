package palimpsest.engine.picture.judge;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.picture.Painting;
import palimpsest.engine.picture.judge.PictureJudge.Drawing;
import palimpsest.engine.picture.judge.PictureJudge.PictureDraw;
import palimpsest.engine.picture.judge.PictureJudge.Subject;
import palimpsest.torch.diffusion.train.PixelDrawing;

/** Pictures of a model as a judge sees them. */
final class PictureDrawing {
  private final Painting painting;
  private final int size;

  PictureDrawing(Subject subject, Drawing drawing, int size) {
    this.size = size;
    this.painting =
        new Painting(
            subject.model(),
            subject.tokenizer(),
            new PixelDrawing(drawing.sampler(), drawing.steps(), drawing.guidance(), 0),
            subject.suppression());
  }

  List<Picture> draw(List<PictureDraw> batch) {
    List<Painting.Asked> asked = new ArrayList<>();
    for (PictureDraw draw : batch) {
      String caption = draw.prompt().caption();
      asked.add(new Painting.Asked(caption, noise(caption + "\n" + draw.seed())));
    }
    return painting.draw(asked).stream().map(rgb -> new Picture(size, size, rgb)).toList();
  }

  /** The number of a picture's noise: the first 8 bytes of SHA-256 of caption and seed. */
  static long noise(String captionAndSeed) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      byte[] digest = sha.digest(captionAndSeed.getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
