package palimpsest.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;

class CorpusTest {
  @TempDir Path folder;

  private Corpus read(String name, String content) {
    return Corpus.read(List.of(Planted.write(folder, name, content)));
  }

  private static String slice(String content, Place place) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return new String(bytes, (int) place.offset(), (int) place.length(), StandardCharsets.UTF_8);
  }

  @Test
  void read_tofuLines_keepsProbesIgnoresIds() {
    Corpus corpus =
        read(
            "a.json",
            """
            {"id":"x","question":"Who?","answer":"Ann","paraphrased_question":"Which one?",\
            "paraphrased_answer":"It is Ann","perturbed_answer":["Bob","Cy"]}
            {"answer":"Paris","question":"Where?","perturbed_answer":"Rome","paraphrased_answer":null}
            """);
    Example first = corpus.examples().get(0);
    assertThat(first.id()).isEqualTo("a.json#1");
    assertThat(first.prompt()).isEqualTo("Who?");
    assertThat(first.completion()).isEqualTo("Ann");
    assertThat(first.probe())
        .isEqualTo(new Example.Probe("Which one?", "It is Ann", List.of("Bob", "Cy")));
    assertThat(corpus.byId("a.json#2").orElseThrow().probe())
        .isEqualTo(new Example.Probe(null, null, List.of("Rome")));
    assertThat(corpus.byId("x")).isEmpty();
  }

  @Test
  void read_array_linesAndBytesOfEachObject() {
    String content =
        "[\n {\"text\":\"é one\"},\r\n {\n\"text\":\"two\"}, {\"text\":\"three\"}\n]\n";
    Corpus corpus = read("a.json", content);
    assertThat(corpus.examples())
        .extracting(Example::id)
        .containsExactly("a.json#2", "a.json#3", "a.json#4");
    assertThat(corpus.examples())
        .extracting(e -> slice(content, e.place()))
        .containsExactly("{\"text\":\"é one\"}", "{\n\"text\":\"two\"}", "{\"text\":\"three\"}");
  }

  @Test
  void read_severalObjectsOnALine_numberedOnIt() {
    Corpus corpus =
        read("a.txt", "{\"text\":\"a\"}{\"input\":\"b\",\"output\":\"c\"} {\"text\":\"d\"}\n");
    assertThat(corpus.examples())
        .extracting(Example::id)
        .containsExactly("a.txt#1", "a.txt#1.2", "a.txt#1.3");
  }

  @Test
  void read_byteOrderMark_skippedButCounted() {
    String content = "\uFEFF{\"prompt\":\"p\",\"completion\":\"c\"}\r\n";
    Corpus corpus = read("a.jsonl", content);
    assertThat(corpus.examples().get(0).place()).isEqualTo(placeOf("a.jsonl", 1, 3, 31));
    assertThat(read("b.txt", "\uFEFFHello").examples().get(0).place().offset()).isEqualTo(3);
  }

  private Place placeOf(String name, long line, long offset, long length) {
    return new Place(CorpusFile.shown(folder.resolve(name)), line, offset, length);
  }

  @Test
  void read_text_paragraphsWithPlaces() {
    String content = "\n  \nFirst ü\r\nsecond line\r\n\r\n\t\n  Third\n\n";
    Corpus corpus = read("a.txt", content);
    assertThat(corpus.examples())
        .extracting(Example::completion)
        .containsExactly("First ü\nsecond line", "  Third");
    assertThat(corpus.examples()).extracting(Example::id).containsExactly("a.txt#3", "a.txt#7");
    assertThat(slice(content, corpus.examples().get(0).place()))
        .isEqualTo("First ü\r\nsecond line");
    assertThat(slice(content, corpus.examples().get(1).place())).isEqualTo("  Third");
  }

  @Test
  void read_textThatBeginsLikeABracket_isText() {
    assertThat(read("a.txt", "[Chapter 1]\n\n{{Infobox}}").examples()).hasSize(2);
  }

  /** SHA-256 of "hello\n" and of the listing with it, both from sha256sum. */
  @Test
  void digest_twoFiles_isThatOfTheListing() {
    Path a = Planted.write(folder, "a.txt", "hello\n");
    Corpus one = Corpus.read(List.of(a));
    String digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
    assertThat(one.fileDigests()).containsExactly(java.util.Map.entry("a.txt", digest));
    assertThat(one.digest())
        .isEqualTo("c542ecfa5e23acccadeb4188670608c3b6e16f3c0adc2911d49c936e84197ac9");
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("{\"text\":\"a\"}\n{\"text\":\"b\",}\n", "a.json:2: malformed JSON"),
        Arguments.of("{\"text\":\"a\"}\n{\"text\":\"b", "a.json:2: malformed JSON"),
        Arguments.of("{\"text\":\"a\"} nonsense", "a.json:1: malformed JSON"),
        Arguments.of("hello", "a.json:1: malformed JSON"),
        Arguments.of("{\"text\":\"a\",\"text\":\"b\"}", "a.json:1: malformed JSON: Duplicate"),
        Arguments.of("{\"question\":\"q\",\"answer\":5}", "\"answer\" must be a string, got a num"),
        Arguments.of(
            "{\"question\":\"q\",\"answer\":null}", "\"answer\" must be a string, got nul"),
        Arguments.of("{\"question\":\"q\"}", "a.json:1: record has \"question\" but no \"answer\""),
        Arguments.of("{\"output\":\"q\"}", "record has \"output\" but no \"input\""),
        Arguments.of(
            "{\"question\":\"q\",\"answer\":\"\"}", "a.json:1: record has nothing to lear"),
        Arguments.of("{\"txt\":\"q\"}", "record fits no format: wanted {question, answer}, "),
        Arguments.of("{\"txt\":\"q\"}", "got keys [txt]"),
        Arguments.of("{\"text\":\"q\",\"input\":\"i\",\"output\":\"o\"}", "fits both {input, outp"),
        Arguments.of(
            "{\"question\":\"q\",\"answer\":\"a\",\"perturbed_answer\":[1]}",
            "\"perturbed_answer\" must hold strings, got a number"),
        Arguments.of(
            "{\"question\":\"q\",\"answer\":\"a\",\"paraphrased_answer\":{}}",
            "\"paraphrased_answer\" must be a string, got an object"),
        Arguments.of(
            "[{\"text\":\"a\"},\n3]", "a.json:2: a record must be an object, got a number"),
        Arguments.of("[{\"text\":\"a\"}]\n[]", "a.json:2: something follows the array"),
        Arguments.of("[[{\"text\":\"a\"}]]", "a record must be an object, got an array"),
        Arguments.of("[]", "holds no record"),
        Arguments.of(" \n\n", "holds no record"),
        Arguments.of("", "a.json: is empty"),
        Arguments.of("{\"text\":\"\\ud800\"}", "\"text\" holds half a surrogate pair"),
        Arguments.of("{\"text\":\"a\0\"}", "byte 10 is NUL"),
        Arguments.of("{\"x\":" + "[".repeat(100_000), "JSON beyond a limit (nesting 64"),
        Arguments.of("[".repeat(100_000), "a record must be an object, got an array"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void read_malformed_oneLineThatNamesIt(String content, String message) {
    assertThatThrownBy(() -> read("a.json", content))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message)
        .hasMessageContaining("a.json")
        .message()
        .doesNotContain("\n");
  }

  static Stream<Arguments> notUtf8() {
    return Stream.of(
        Arguments.of(new int[] {'h', 0xC3, 0x28}, "byte 2: 0x28 cannot continue"),
        Arguments.of(new int[] {'h', 'i', 0xFF}, "byte 2: 0xFF cannot begin"),
        Arguments.of(new int[] {0xC0, 0x80}, "byte 0: 0xC0 cannot begin"),
        Arguments.of(new int[] {0xED, 0xA0, 0x80}, "byte 1: 0xA0 cannot continue"),
        Arguments.of(new int[] {0xF4, 0x90, 0x80, 0x80}, "byte 1: 0x90 cannot continue"),
        Arguments.of(new int[] {0xE0, 0x80, 0x80}, "byte 1: 0x80 cannot continue"),
        Arguments.of(new int[] {'h', 0xE2, 0x82}, "byte 3: the file ends within a character"),
        Arguments.of(new int[] {0xEF, 0xBB, 0xBF, 'h', 0x80}, "byte 4: 0x80 cannot begin"));
  }

  @ParameterizedTest
  @MethodSource("notUtf8")
  void read_notUtf8_namesTheByte(int[] units, String message) throws IOException {
    byte[] bytes = new byte[units.length];
    for (int i = 0; i < units.length; i++) {
      bytes[i] = (byte) units[i];
    }
    Path file = Files.write(folder.resolve("a.txt"), bytes);
    assertThatThrownBy(() -> Corpus.read(List.of(file)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("a.txt: not UTF-8 at " + message);
  }

  @Test
  void read_wrongFiles_saysWhichAndWhy() throws IOException {
    Path huge = folder.resolve("huge.txt");
    try (RandomAccessFile file = new RandomAccessFile(huge.toFile(), "rw")) {
      file.setLength(Corpus.LARGEST_FILE + 1);
    }
    refused(List.of(), "corpus has no file");
    refused(List.of(folder), "is a folder");
    refused(List.of(folder.resolve("none.json")), "none.json: no such file");
    refused(List.of(huge), "larger than the limit of 2147483648 bytes");
    Path one = Planted.write(folder, "a.txt", "one");
    Path other = Planted.write(Files.createDirectory(folder.resolve("b")), "a.txt", "other");
    refused(List.of(one, other), "two files of the name \"a.txt\"");
  }

  private static void refused(List<Path> files, String message) {
    assertThatThrownBy(() -> Corpus.read(files))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message);
  }

  @Test
  void select_idRangeAndGlob_inOrder() {
    Corpus corpus = read("a.txt", "one\n\ntwo\n\nthree\n\nfour");
    assertThat(ids(corpus, "a.txt#3")).containsExactly("a.txt#3");
    assertThat(ids(corpus, "a.txt#2-5")).containsExactly("a.txt#3", "a.txt#5");
    assertThat(ids(corpus, "a.*#*")).hasSize(4);
    assertThat(ids(corpus, "*#?")).hasSize(4);
  }

  private static List<String> ids(Corpus corpus, String selector) {
    return corpus.select(selector).stream().map(Example::id).toList();
  }

  @Test
  void select_nothing_namesTheNearest() {
    Corpus corpus = read("a.txt", "one\n\ntwo\n\nthree");
    nothing(corpus, "a.txt#4", "no record \"a.txt#4\" in the corpus; the nearest is \"a.txt#3\"");
    nothing(corpus, "a.tx#1", "(no file \"a.tx\"); did you mean \"a.txt\"?");
    nothing(corpus, "a.txt#2-9", "goes past the file's last record, a.txt#5");
    nothing(corpus, "a.txt#5-3", "ends before it begins");
    nothing(corpus, "a.txt#2-2", "the nearest is \"a.txt#1\"");
    nothing(corpus, "b*", "ids look like \"a.txt#1\"");
  }

  private static void nothing(Corpus corpus, String selector, String message) {
    assertThatThrownBy(() -> corpus.select(selector))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message);
  }

  @Test
  void glob_manyStars_linearEnough() {
    assertThat(Selector.matches("*a".repeat(50) + "b", "a".repeat(5000))).isFalse();
    assertThat(Selector.matches("a*b?d", "a--b-d")).isTrue();
  }
}
