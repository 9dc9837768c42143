package palimpsest.engine.picture.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.Interrupted;
import palimpsest.api.InvalidRequest;
import palimpsest.engine.Console;
import palimpsest.torch.train.FolderLock;

/** Which folder it takes; what it does there takes minutes and is done by hand. */
class ImageQuickstartTest {
  @TempDir Path folder;

  /** A person who stops it at the first step. */
  private static final Console STOPPING =
      new Console() {
        @Override
        public void say(String line) {}

        @Override
        public Bar bar(String task, long total) {
          return (done, note) -> {};
        }

        @Override
        public boolean interrupted() {
          return true;
        }
      };

  private void run(long seed, boolean force) {
    new ImageQuickstart(folder.resolve("out"), seed, STOPPING, Clock.systemUTC()).run(force);
  }

  @Test
  void run_thatIsStopped_goesOnWithItsSeed_andWithAnotherOnlyByForce() {
    assertThatThrownBy(() -> run(7, false)).isInstanceOf(Interrupted.class);
    Path left = folder.resolve("out/grid/base/start");
    assertThat(left).exists();
    assertThatThrownBy(() -> run(7, false)).isInstanceOf(Interrupted.class);
    assertThatThrownBy(() -> run(8, false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("another seed: give --force");
    assertThat(left).exists();
    assertThatThrownBy(() -> run(8, true)).isInstanceOf(Interrupted.class);
    assertThatThrownBy(() -> run(7, false)).isInstanceOf(InvalidRequest.class);
  }

  @Test
  void run_inAFolderOfSomethingElse_isRefused_alsoByForce() throws IOException {
    Path mine = Files.createDirectories(folder.resolve("out")).resolve("mine.txt");
    Files.writeString(mine, "mine");
    for (boolean force : new boolean[] {false, true}) {
      assertThatThrownBy(() -> run(7, force))
          .isInstanceOf(InvalidRequest.class)
          .hasMessageContaining("not a quickstart of images");
    }
    assertThat(mine).hasContent("mine");
  }

  @Test
  void run_thatIsFinished_isRefused_withoutForce() throws IOException {
    assertThatThrownBy(() -> run(7, false)).isInstanceOf(Interrupted.class);
    for (String target : new String[] {"style-neon", "object-star"}) {
      Path dossier = Files.createDirectories(folder.resolve("out/grid/" + target + "/dossier"));
      Files.writeString(dossier.resolve("index.html"), "done");
    }
    assertThatThrownBy(() -> run(7, false))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("finished already");
    assertThat(folder.resolve("out/grid/object-star/dossier/index.html")).hasContent("done");
  }

  @Test
  void run_byForce_whileAnotherProcessWorksThere_deletesNothing() {
    assertThatThrownBy(() -> run(7, false)).isInstanceOf(Interrupted.class);
    try (FolderLock held = FolderLock.take(folder.resolve("out/grid"))) {
      assertThatThrownBy(() -> run(7, true)).isInstanceOf(InvalidRequest.class);
    }
    assertThat(folder.resolve("out/grid/base/start")).exists();
  }
}
