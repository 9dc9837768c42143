package palimpsest.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Objective;
import palimpsest.api.Release;
import palimpsest.api.Request;
import palimpsest.api.Target;

class RequestsTest {
  private static final String WHOLE =
      """
      {"id":"REQ-2026-001","requester":"a person","reason":"Privacy","objective":"both",
       "release":"open-weights","target":{"kind":"observed","names":["Ann Lee"],
       "texts":["a passage"],"records":["a.jsonl#1"]},"notes":"n"}
      """;

  @TempDir Path folder;

  private Request read(String content) {
    return Requests.read(Planted.write(folder, "r.json", content));
  }

  @Test
  void read_whole_everyField() {
    Target target =
        new Target(
            Target.Kind.OBSERVED, List.of("Ann Lee"), List.of("a passage"), List.of("a.jsonl#1"));
    assertThat(read(WHOLE))
        .isEqualTo(
            new Request(
                "REQ-2026-001",
                "a person",
                Request.Reason.PRIVACY,
                Objective.BOTH,
                Release.OPEN_WEIGHTS,
                target,
                "n"));
  }

  @Test
  void read_withoutNotesAndLists_empty() {
    Request r = read(WHOLE.replace(",\"notes\":\"n\"", "").replace("\"names\":[\"Ann Lee\"],", ""));
    assertThat(r.notes()).isEmpty();
    assertThat(r.target().names()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"objective\"|\"objectve\"|unknown key \"objectve\" in the request; did you mean \"objective\"?",
        "\"objective\":\"both\",||\"objective\" is missing: one of removal, suppression, both",
        "\"both\"|\"all\"|\"objective\" must be one of removal, suppression, both, got \"all\"",
        "\"names\"|\"nmaes\"|unknown key \"nmaes\" in \"target\"; did you mean \"names\"?",
        "[\"Ann Lee\"]|\"Ann Lee\"|\"names\" must be a list of strings, got STRING",
        "[\"Ann Lee\"]|[7]|\"names\" must hold strings, got NUMBER",
        "[\"Ann Lee\"]|[\" \"]|target has a blank name",
        "\"n\"}|7}|\"notes\" must be a string, got NUMBER",
        "\"n\"}|\"n\"} 1|malformed JSON",
        "\"n\"}|\"n\",\"id\":\"x\"}|r.json:3: malformed JSON: Duplicate",
        "\"REQ-2026-001\"|\"\"|request id must not be blank",
        "\"observed\"|\"seen\"|\"kind\" must be one of observed, latent, concept, got \"seen\""
      })
  void read_wrong_oneLineWithTheRemedy(String from, String to, String message) {
    assertThat(WHOLE).contains(from);
    assertThatThrownBy(() -> read(WHOLE.replace(from, to == null ? "" : to)))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining(message)
        .hasMessageContaining("r.json")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void read_noObject_saysSo() {
    for (String content : List.of("[]", "3", "\"x\"", "", "{\"target\":")) {
      assertThatThrownBy(() -> read(content)).isInstanceOf(InvalidRequest.class);
    }
    assertThatThrownBy(() -> read("[".repeat(100_000))).hasMessageContaining("nesting 64");
  }
}
