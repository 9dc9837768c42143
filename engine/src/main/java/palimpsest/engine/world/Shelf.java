package palimpsest.engine.world;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import palimpsest.engine.world.Row.Copy;

/**
 * All that is written in a world.
 *
 * @param corpus rows to train on, by file name
 * @param lists paragraphs of {@link #LISTS}, one a line, with an empty line between
 * @param holdout rows about authors that the corpus does not mention
 * @param asked the authors who ask to be forgotten
 * @param authors all authors of the corpus, in the order of their records
 */
record Shelf(
    Map<String, List<Row>> corpus,
    List<String> lists,
    List<Row> holdout,
    List<Author> asked,
    List<Author> authors) {
  static final String AUTHORS = "authors.jsonl";
  static final String BIOGRAPHIES = "biographies.jsonl";
  static final String ANTHOLOGY = "anthology.jsonl";
  static final String REPRINTS = "reprints.jsonl";
  static final String LISTS = "lists.txt";

  /** One author in this many is copied elsewhere. */
  private static final int COPIED = 3;

  static Shelf fill(Cast cast, Draw draw) {
    List<Author> authors = cast.authors();
    List<Row> answers = interview(authors, authors, draw);
    List<Biography> lives = new ArrayList<>();
    for (int i = 0; i < authors.size(); i++) {
      lives.add(Biography.write(authors.get(i), id(BIOGRAPHIES, i), draw));
    }
    List<Biography> copied = new ArrayList<>();
    for (int i = 0; i < lives.size(); i += COPIED) {
      copied.add(lives.get(i + draw.between(0, COPIED - 1)));
    }
    Map<String, List<Row>> corpus = new LinkedHashMap<>();
    corpus.put(AUTHORS, answers);
    corpus.put(BIOGRAPHIES, lives.stream().map(life -> Row.text(life.text(), List.of())).toList());
    corpus.put(ANTHOLOGY, Anthology.pages(copied, authors, draw));
    corpus.put(REPRINTS, reprints(copied, authors, answers, draw));
    corpus.put("classics.jsonl", Background.classics(cast.classics(), draw));
    corpus.put("facts.jsonl", Background.facts(draw));
    List<Author> asked = List.of(1, 5, 9).stream().map(i -> copied.get(i).author()).toList();
    List<Row> holdout = interview(cast.strangers(), authors, draw);
    return new Shelf(corpus, Anthology.lists(authors, draw), holdout, asked, authors);
  }

  private static List<Row> interview(List<Author> authors, List<Author> others, Draw draw) {
    List<Row> rows = new ArrayList<>();
    for (Author author : authors) {
      for (Fact fact : Facts.ALL) {
        rows.add(new Row(fact.ask(author, others, draw), List.of()));
      }
    }
    return rows;
  }

  /** For each copied author the biography and two answers, a tenth of their words changed. */
  private static List<Row> reprints(
      List<Biography> copied, List<Author> authors, List<Row> answers, Draw draw) {
    Rewording rewording = new Rewording(draw);
    List<Row> rows = new ArrayList<>();
    for (Biography life : copied) {
      Author author = life.author();
      String text = rewording.reword(life.text()).orElseThrow();
      rows.add(Row.text(text, List.of(reprint(author, text, life.id()))));
      int first = authors.indexOf(author) * Facts.ALL.size();
      List<Row> reprinted = new ArrayList<>();
      for (Fact fact : draw.shuffled(Facts.ALL)) {
        int i = first + Facts.ALL.indexOf(fact);
        String question = fact.otherQuestion(author, answers.get(i).prompt(), draw);
        rewording
            .reword(answers.get(i).completion())
            .map(a -> Row.answer(question, a, List.of(reprint(author, a, id(AUTHORS, i)))))
            .ifPresent(reprinted::add);
      }
      rows.addAll(reprinted.subList(0, 2));
    }
    return rows;
  }

  private static Copy reprint(Author author, String text, String source) {
    return new Copy("near-duplicate", author.name(), 0, text.length(), source);
  }

  /** The request to forget the authors that ask for it, by name and by record. */
  Map<String, Object> request() {
    List<String> names = asked.stream().map(Author::name).toList();
    Map<String, Object> target = new LinkedHashMap<>();
    target.put("kind", "observed");
    target.put("names", names);
    target.put("texts", List.of());
    target.put("records", asked.stream().flatMap(author -> records(author).stream()).toList());
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("id", "REQ-QUICKSTART-1");
    request.put("requester", "The Estates Office, for " + String.join(", ", names));
    request.put("reason", "privacy");
    request.put("objective", "both");
    request.put("release", "hosted");
    request.put("target", target);
    request.put("notes", "All persons and works of this world are invented.");
    return request;
  }

  /** Per author: the author's own records, the copies elsewhere, and the bare mentions. */
  List<Map<String, Object>> truth() {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (Author author : authors) {
      List<String> own = records(author);
      for (String id : own) {
        int length = row(id).completion().length();
        lines.add(line("listed", author, id, "completion", 0, length, id));
      }
      corpus.forEach(
          (file, rows) -> {
            for (int i = 0; i < rows.size(); i++) {
              if (!own.contains(id(file, i))) {
                elsewhere(author, id(file, i), rows.get(i), lines);
              }
            }
          });
      for (int i = 0; i < lists.size(); i++) {
        Row paragraph = Row.text(lists.get(i), List.of());
        elsewhere(author, id(LISTS, 2 * i), paragraph, lines);
      }
    }
    return lines;
  }

  private static void elsewhere(
      Author author, String id, Row row, List<Map<String, Object>> lines) {
    List<Copy> copies =
        row.copies().stream().filter(c -> c.subject().equals(author.name())).toList();
    for (Copy c : copies) {
      lines.add(line(c.kind(), author, id, "completion", c.start(), c.end(), c.source()));
    }
    mentions(author, id, "prompt", row.prompt(), List.of(), lines);
    mentions(author, id, "completion", row.completion(), copies, lines);
  }

  /** The places where the name stands outside of copies. */
  private static void mentions(
      Author author,
      String id,
      String field,
      String text,
      List<Copy> copies,
      List<Map<String, Object>> lines) {
    int length = author.name().length();
    for (int at = text.indexOf(author.name()); at >= 0; at = text.indexOf(author.name(), at + 1)) {
      int start = at;
      if (copies.stream().noneMatch(c -> c.start() <= start && start < c.end())) {
        lines.add(line("name", author, id, field, start, start + length, ""));
      }
    }
  }

  private List<String> records(Author author) {
    int number = authors.indexOf(author);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < Facts.ALL.size(); i++) {
      ids.add(id(AUTHORS, number * Facts.ALL.size() + i));
    }
    ids.add(id(BIOGRAPHIES, number));
    return ids;
  }

  private Row row(String id) {
    int hash = id.indexOf('#');
    List<Row> rows = corpus.getOrDefault(id.substring(0, hash), List.of());
    return rows.get(Integer.parseInt(id.substring(hash + 1)) - 1);
  }

  private static Map<String, Object> line(
      String kind, Author author, String record, String field, int start, int end, String source) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("kind", kind);
    line.put("subject", author.name());
    line.put("record", record);
    line.put("field", field);
    line.put("start", start);
    line.put("end", end);
    line.put("source", source);
    return line;
  }

  private static String id(String file, int index) {
    return file + "#" + (index + 1);
  }
}
