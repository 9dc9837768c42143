package palimpsest.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher, in a folder with a blank in its name, with a Java and a Maven that only tell. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
  private static final Path LAUNCHER = Path.of("..", "palimpsest");

  @TempDir Path folder;
  private Path root;

  @BeforeEach
  void install() throws IOException {
    root = Files.createDirectories(folder.resolve("a place"));
    Files.copy(LAUNCHER, root.resolve("palimpsest"));
    assertThat(root.resolve("palimpsest").toFile().setExecutable(true)).isTrue();
    script("jdk/bin/java", "for each; do printf '[%s]\\n' \"$each\"; done");
    java("17.0.9");
    script(
        "bin/mvn",
        "sleep 1",
        "echo called >>\"$CALLS\"",
        "[ -z \"$BREAKS\" ] || { echo '[ERROR] cannot find symbol'; echo '-> [Help 1]'; exit 1; }",
        "mkdir -p cli/target",
        "echo \"$PWD/pom.xml\" >cli/target/classpath.txt");
    write("pom.xml", "");
    write("cli/src/main/java/Main.java", "");
  }

  private void java(String version) throws IOException {
    write("jdk/release", "JAVA_VERSION=\"" + version + "\"\n");
  }

  @Test
  void arguments_reachJavaUntouched_throughASymbolicLink() throws Exception {
    Path link = Files.createSymbolicLink(folder.resolve("link"), root.resolve("palimpsest"));

    String out = ended(start(link, Map.of(), "find", "two  words", "", "*", "a\"b'c", "$HOME"));

    assertThat(out)
        .endsWith("[palimpsest.cli.Main]\n[find]\n[two  words]\n[]\n[*]\n[a\"b'c]\n[$HOME]\n");
    assertThat(out).contains("[-Xmx2g]").doesNotContain("unsafe");
  }

  @Test
  void newJava_isToldThatNativeAccessIsMeant() throws Exception {
    java("25.0.1");

    assertThat(ended(start(root.resolve("palimpsest"), Map.of(), "x")))
        .contains("[--enable-native-access=ALL-UNNAMED]")
        .contains("[--sun-misc-unsafe-memory-access=allow]");
  }

  @Test
  void oldJava_isRefusedInOneLine() throws Exception {
    java("11.0.2");

    assertThat(ended(start(root.resolve("palimpsest"), Map.of(), "x")))
        .isEqualTo(
            "palimpsest: Java is version 11, wanted 17 or newer: install it or set JAVA_HOME\n");
  }

  @Test
  void build_isDoneOnce_evenWhereTwoStartTogether() throws Exception {
    Process first = start(root.resolve("palimpsest"), Map.of(), "x");
    Process second = start(root.resolve("palimpsest"), Map.of(), "x");

    assertThat(ended(first) + ended(second)).containsOnlyOnce("palimpsest: building");
    ended(start(root.resolve("palimpsest"), Map.of(), "x"));
    assertThat(Files.readAllLines(root.resolve("calls"))).hasSize(1);
    assertThat(root.resolve("target/build.lock")).doesNotExist();
  }

  @Test
  void changedSource_isBuiltAgain() throws Exception {
    ended(start(root.resolve("palimpsest"), Map.of(), "x"));
    Thread.sleep(20);
    write("cli/src/main/java/Main.java", "changed");
    ended(start(root.resolve("palimpsest"), Map.of(), "x"));

    assertThat(Files.readAllLines(root.resolve("calls"))).hasSize(2);
  }

  @Test
  void failedBuild_showsItsLogAndItsPlace() throws Exception {
    Process process = start(root.resolve("palimpsest"), Map.of("BREAKS", "yes"), "x");

    assertThat(ended(process))
        .contains("cannot find symbol\n", "target/build.log")
        .doesNotContain("Help");
    assertThat(process.exitValue()).isEqualTo(2);
    assertThat(root.resolve("target/build.lock")).doesNotExist();
  }

  private Process start(Path launcher, Map<String, String> environment, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
    builder.environment().put("CALLS", root.resolve("calls").toString());
    builder.environment().merge("PATH", root.resolve("bin").toString(), (p, bin) -> bin + ":" + p);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String ended(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return out;
  }

  private void script(String name, String... lines) throws IOException {
    Path file = write(name, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private Path write(String name, String text) throws IOException {
    Files.createDirectories(root.resolve(name).getParent());
    return Files.writeString(root.resolve(name), text, StandardCharsets.UTF_8);
  }
}
