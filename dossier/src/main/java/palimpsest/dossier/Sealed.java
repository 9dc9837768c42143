package palimpsest.dossier;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The content of {@code dossier.json}: the dossier, the chain of its artefacts, and the verdicts.
 *
 * @param format version of this format
 * @param renderer version of the renderer that wrote {@code index.html}
 * @param dossier the content
 * @param verdicts what {@link Verdicts} derived from it
 * @param artefacts the enclosed files, in order
 * @param head the last link of the chain
 */
record Sealed(
    String format,
    int renderer,
    Dossier dossier,
    List<Verdict> verdicts,
    List<Link> artefacts,
    String head) {
  static final String FORMAT = "palimpsest-dossier/1";

  /**
   * A link of the chain.
   *
   * @param index from 1
   * @param name path in the folder
   * @param mediaType of the file
   * @param sha256 of the file's bytes
   * @param link {@code SHA-256(previous link || canonical({index, name, mediaType, sha256}))}, the
   *     previous link as its 32 bytes; before the first stands the SHA-256 of the format's name
   */
  record Link(int index, String name, String mediaType, String sha256, String link) {}

  Sealed {
    verdicts = List.copyOf(verdicts);
    artefacts = List.copyOf(artefacts);
  }

  static Sealed of(Dossier dossier, List<Artefact> artefacts) {
    List<Link> chain = new ArrayList<>();
    String head = start();
    for (int i = 0; i < artefacts.size(); i++) {
      Artefact artefact = artefacts.get(i);
      String name = path(i + 1, artefact.name());
      String digest = Sha256.hex(artefact.bytes());
      head = next(head, i + 1, name, artefact.mediaType(), digest);
      chain.add(new Link(i + 1, name, artefact.mediaType(), digest, head));
    }
    return new Sealed(FORMAT, Page.VERSION, dossier, Verdicts.of(dossier), chain, head);
  }

  static String path(int index, String name) {
    return String.format(Locale.ROOT, "artefacts/%02d-%s", index, name);
  }

  /** The link before the first. */
  static String start() {
    return Sha256.hex(FORMAT.getBytes(StandardCharsets.UTF_8));
  }

  static String next(String previous, int index, String name, String mediaType, String sha256) {
    Map<String, Object> entry =
        Map.of("index", index, "name", name, "mediaType", mediaType, "sha256", sha256);
    return Sha256.hex(HexFormat.of().parseHex(previous), Json.canonical(entry));
  }
}
