package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request from training to a verified dossier, by the command line alone. */
class ForgetTest {
  @TempDir Path folder;

  private static final String FORGET =
      "forget @request.json --model @trained/model --corpus @corpus.jsonl --scope listed --by me"
          + " --reason because --key @key.pem --max-new-tokens 8 --epochs 1"
          + " --method exact.retrain --method llm.ga --method guard.memfree --out @out";

  @Test
  void forget_thenVerify_accepts_andATouchedFileIsRejected() {
    Desk desk = Desk.make(folder);
    run(desk, 0, BadPlaces.TRAIN);
    Invocation made = run(desk, 0, FORGET);
    assertThat(made.out().strip()).isEqualTo(desk.at("out/dossier/index.html"));

    Invocation accepted = run(desk, 0, "verify @out/dossier");
    assertThat(accepted.out()).contains("pass      signature", "accepted");
    assertThat(run(desk, 2, FORGET).err()).contains("--resume");

    desk.write("out/dossier/index.html", "<p>all is well</p>");
    Invocation rejected = run(desk, 4, "verify @out/dossier");
    assertThat(rejected.out()).contains("FAIL      files", "index.html was changed");

    desk.delete("out/dossier");
    run(desk, 0, FORGET.replace("forget @r", "certify @r").replace("--out", "--run"));
    run(desk, 0, "verify @out/dossier");
  }

  private static Invocation run(Desk desk, int code, String line) {
    Invocation run = Invocation.of(BadCase.line(desk, line));
    assertThat(run.code()).as(run.err()).isEqualTo(code);
    return run;
  }
}
