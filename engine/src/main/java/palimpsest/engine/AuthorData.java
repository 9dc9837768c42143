package palimpsest.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Json;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * TOFU's records with all of an author together, authors in an order drawn by a seed.
 *
 * @param data folder of TOFU's files
 * @param file that holds the records in their order
 */
record AuthorData(Path data, Path file, long seed) {
  /** Questions about an author. */
  static final int EACH = 20;

  /**
   * TOFU's records, all of an author together, authors in their order.
   *
   * @throws InvalidRequest if the folder holds other ones
   */
  Corpus corpus() {
    byte[] lines = lines(Corpus.read(List.of(data.resolve("full.json"))).examples());
    if (!Files.exists(file)) {
      Outputs.folder(folder());
      AtomicFile.write(file, lines);
    }
    try {
      if (!Arrays.equals(lines, Files.readAllBytes(file))) {
        throw new InvalidRequest(file + " is of other data or another seed: give another --out");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Corpus.read(List.of(file));
  }

  private byte[] lines(List<Example> full) {
    if (full.isEmpty() || full.size() % EACH != 0) {
      throw new InvalidRequest(
          data + "/full.json has " + full.size() + " records, wanted 20 of each author");
    }
    StringBuilder lines = new StringBuilder();
    for (int author : order(full.size() / EACH)) {
      for (Example e : full.subList(author * EACH, (author + 1) * EACH)) {
        Map<String, String> line = Map.of("question", e.prompt(), "answer", e.completion());
        lines.append(new String(Json.canonical(line), StandardCharsets.UTF_8).strip());
        lines.append('\n');
      }
    }
    return lines.toString().getBytes(StandardCharsets.UTF_8);
  }

  private List<Integer> order(int authors) {
    List<Integer> order = new ArrayList<>(IntStream.range(0, authors).boxed().toList());
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    return order;
  }

  private Path folder() {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new InvalidRequest(file + " is in no folder: give another --out");
    }
    return folder;
  }

  /** What the models are asked, of 40 authors, with other right and wrong answers. */
  List<Example> asked() {
    return Corpus.read(
            List.of(data.resolve("retain_perturbed.json"), data.resolve("forget10_perturbed.json")))
        .examples();
  }

  /** Ids of each author's records, in the order of the corpus. */
  static List<Set<String>> authors(Corpus corpus) {
    List<Set<String>> authors = new ArrayList<>();
    for (int i = 0; i + EACH <= corpus.examples().size(); i += EACH) {
      authors.add(
          new HashSet<>(corpus.examples().subList(i, i + EACH).stream().map(Example::id).toList()));
    }
    return authors;
  }
}
