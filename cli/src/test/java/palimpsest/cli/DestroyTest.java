package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a training over its replay to its destruction, by the command line alone. */
class DestroyTest {
  private static final String DESTROY = "destroy @trained --for @replay --corpus @corpus.jsonl";

  @TempDir Path folder;

  private static Invocation run(Desk desk, int code, String line) {
    Invocation run = Invocation.of(BadCase.line(desk, line));
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    return run;
  }

  @Test
  void destroy_listsFirst_thenDestroys_thenFindsItDone() {
    Desk desk = Desk.make(folder);
    desk.write(
        "decision.json",
        "{\"scope\": \"LISTED\", \"by\": \"me\", \"reason\": \"because\","
            + " \"examples\": [\"corpus.jsonl#3\"], \"leftOut\": []}");
    run(desk, 0, BadPlaces.TRAIN + " --keep-checkpoints 2");
    run(
        desk,
        0,
        "apply --method exact.replay --model @trained/model --corpus @corpus.jsonl"
            + " --decision @decision.json --out @replay");
    Map<String, ByteBuffer> before = desk.snapshot();

    Invocation listed = run(desk, 0, DESTROY);
    assertThat(listed.out())
        .contains("32 B  run/examples.key", "B  model/model.safetensors", "B  run/ledger.jsonl")
        .contains("nothing was destroyed; give --yes", "not reached: ", "lost with it: ")
        .containsPattern("tokens: [^:]*none that stands in[^:]*of 8 and more\\s+characters");
    assertThat(listed.out().lines().skip(1)).allMatch(line -> line.length() <= 80);
    assertThat(desk.snapshot()).isEqualTo(before);

    Invocation destroyed = run(desk, 0, DESTROY + " --yes");
    assertThat(destroyed.out()).contains("destroyed at ", "not reached: ");
    assertThat(desk.path("trained")).doesNotExist();
    assertThat(run(desk, 0, DESTROY).out()).isEqualTo(destroyed.out());
    goOn(desk, before);
    assertThat(run(desk, 0, "generate --model @replay/model --prompt Hello").err()).isEmpty();
  }

  /** The training is back with other weights, and with it the intent. */
  private static void goOn(Desk desk, Map<String, ByteBuffer> before) {
    String all = new String(desk.bytes("replay/destroyed.json"), StandardCharsets.UTF_8);
    String key = "\"superseded\":";
    String intent =
        all.substring(all.indexOf(key) + key.length(), all.lastIndexOf("}],\"format\""));
    desk.write("replay/destroying.json", intent);
    desk.delete("replay/destroyed.json");
    Map.of("trained/run/pace.json", 0, "trained/model/model.safetensors", 1)
        .forEach(
            (name, more) -> {
              byte[] was = Objects.requireNonNull(before.get(name)).array();
              desk.write(name, Arrays.copyOf(was, was.length + more));
            });
    int files = intent.split("\"fate\"", -1).length - 1;

    assertThat(run(desk, 0, DESTROY).out().replaceAll("\\s+", " "))
        .contains("changed: model/model.safetensors (not as listed")
        .contains((files - 2) + " of " + files + " are gone already; this call destroyed none");
    assertThat(run(desk, 4, DESTROY + " --yes").err())
        .contains("model/model.safetensors, not as listed", "do this again");
    assertThat(desk.path("trained/run/pace.json")).doesNotExist();
    desk.delete("trained/model");
    assertThat(run(desk, 0, DESTROY + " --yes").out().replaceAll("\\s+", " "))
        .contains("destroyed at ", ": " + (files - 1) + " files, ")
        .contains("not found: model/model.safetensors (on the list, and not there any more");
  }
}
