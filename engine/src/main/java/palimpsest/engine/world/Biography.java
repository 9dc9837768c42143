package palimpsest.engine.world;

import java.util.List;

/**
 * The life of an author.
 *
 * @param id of the record
 * @param sentences in order
 */
record Biography(Author author, String id, List<String> sentences) {

  static Biography write(Author author, String id, Draw draw) {
    return new Biography(
        author, id, Facts.BIOGRAPHY.stream().map(ways -> author.fill(draw.pick(ways))).toList());
  }

  String text() {
    return String.join(" ", sentences);
  }

  /** Two neighbouring sentences, verbatim. */
  String quote(int from) {
    return String.join(" ", sentences.subList(from, from + 2));
  }
}
