package palimpsest.engine.picture;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import palimpsest.discovery.image.CaptionedImage;
import palimpsest.discovery.image.Captions;
import palimpsest.discovery.image.ImageCorpus;
import palimpsest.discovery.image.Picture;
import palimpsest.engine.drawing.Sheet;
import palimpsest.torch.diffusion.text.ClipTokenizer;
import palimpsest.torch.diffusion.train.PixelDrawing;
import palimpsest.torch.diffusion.train.TextToImage;

/**
 * What is drawn to be looked at: a text for each cell of a grid.
 *
 * @param columns labels
 * @param rows labels
 * @param texts row by row
 */
record SampleSheet(List<String> columns, List<String> rows, List<List<String>> texts) {
  private static final int SIDE = 4;
  private static final int LONGEST_LABEL = 48;

  /**
   * Of a corpus: its first four objects in its first four styles; where it does not say both, its
   * first sixteen captions.
   */
  static SampleSheet of(ImageCorpus corpus) {
    List<String> objects = corpus.objects().stream().limit(SIDE).toList();
    List<String> styles = corpus.styles().stream().limit(SIDE).toList();
    if (!objects.isEmpty() && !styles.isEmpty()) {
      return new SampleSheet(
          styles,
          objects,
          objects.stream()
              .map(o -> styles.stream().map(s -> Captions.of(o, s, 0)).toList())
              .toList());
    }
    List<String> captions =
        corpus.images().stream()
            .map(CaptionedImage::caption)
            .distinct()
            .limit((long) SIDE * SIDE)
            .toList();
    List<List<String>> rows = new ArrayList<>();
    for (int at = 0; at < captions.size(); at += SIDE) {
      rows.add(captions.subList(at, Math.min(captions.size(), at + SIDE)));
    }
    return new SampleSheet(
        Collections.nCopies(Math.min(SIDE, captions.size()), ""),
        Collections.nCopies(rows.size(), ""),
        rows);
  }

  /** Of prompts, a row each, drawn several times. */
  static SampleSheet of(List<String> prompts, int samples) {
    return new SampleSheet(
        Collections.nCopies(samples, ""),
        prompts.stream().map(SampleSheet::label).toList(),
        prompts.stream().map(prompt -> Collections.nCopies(samples, prompt)).toList());
  }

  private static String label(String prompt) {
    return prompt.length() > LONGEST_LABEL
        ? prompt.substring(0, LONGEST_LABEL - 3) + "..."
        : prompt;
  }

  /** Draws the grid; the cells of a column begin from the same noise. */
  Sheet draw(TextToImage model, ClipTokenizer tokenizer, PixelDrawing how, String negative) {
    return draw(new Painting(model, tokenizer, how, Suppression.NONE), negative);
  }

  /** Draws the grid; the cells of a column begin from the same noise. */
  Sheet draw(Painting painting, String negative) {
    List<Painting.Asked> asked = new ArrayList<>();
    for (List<String> row : texts) {
      for (int column = 0; column < row.size(); column++) {
        asked.add(new Painting.Asked(row.get(column), column));
      }
    }
    int side = painting.model().side();
    List<Picture> drawn =
        painting.draw(asked, negative).stream().map(rgb -> new Picture(side, side, rgb)).toList();
    List<List<Picture>> cells = new ArrayList<>();
    int at = 0;
    for (List<String> row : texts) {
      cells.add(drawn.subList(at, at + row.size()));
      at += row.size();
    }
    return Sheet.of(columns, rows, cells);
  }
}
