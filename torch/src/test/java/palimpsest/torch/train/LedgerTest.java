package palimpsest.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.CorruptArtifact;

class LedgerTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void write() {
    file = folder.resolve("ledger.jsonl");
    try (Ledger ledger = Ledger.open(file)) {
      ledger.append("{\"run\":1");
      ledger.append("{\"step\":1");
      ledger.append("{\"step\":2");
    }
  }

  /** hash_0 = SHA-256("" newline header), hash_1 = SHA-256(hash_0 newline line), by hand. */
  @Test
  void append_chain_byHand() throws IOException {
    String first = sha256("\n{\"run\":1");
    String second = sha256(first + "\n{\"step\":1");
    String third = sha256(second + "\n{\"step\":2");
    assertThat(Files.readString(file))
        .isEqualTo(
            "{\"run\":1,\"hash\":\""
                + first
                + "\"}\n"
                + "{\"step\":1,\"hash\":\""
                + second
                + "\"}\n"
                + "{\"step\":2,\"hash\":\""
                + third
                + "\"}\n");
  }

  @Test
  void read_untouched_givesAllLines() throws IOException {
    assertThat(Ledger.read(file)).hasSize(3).isEqualTo(Files.readAllLines(file));
  }

  @Test
  void read_anyCharacterChanged_isRefused() throws IOException {
    String text = Files.readString(file);
    for (int i = 0; i < text.length(); i += 3) {
      if (text.charAt(i) != '\n') {
        char other = text.charAt(i) == '7' ? '8' : '7';
        Files.writeString(file, text.substring(0, i) + other + text.substring(i + 1));
        assertThatThrownBy(() -> Ledger.read(file)).isInstanceOf(CorruptArtifact.class);
      }
    }
  }

  @Test
  void read_linesSwapped_isRefusedAtTheFirst() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.add(1, lines.remove(2));
    Files.write(file, lines);
    assertThatThrownBy(() -> Ledger.read(file))
        .isInstanceOf(CorruptArtifact.class)
        .hasMessageContaining("line 2");
  }

  @Test
  void read_lineDropped_isRefusedThere() throws IOException {
    for (int dropped = 0; dropped < 2; dropped++) {
      List<String> lines = new ArrayList<>(Files.readAllLines(file));
      lines.remove(dropped);
      Path copy = folder.resolve("dropped" + dropped);
      Files.write(copy, lines);
      assertThatThrownBy(() -> Ledger.read(copy))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("line " + (dropped + 1));
    }
  }

  /** A crash may cut anywhere in the last line, its newline included. */
  @Test
  void open_tornTail_isCutAndWrittenAgain() throws IOException {
    String whole = Files.readString(file);
    int last = whole.lastIndexOf('\n', whole.length() - 2) + 1;
    for (int length = last; length < whole.length(); length += 5) {
      Files.writeString(file, whole.substring(0, length));
      try (Ledger ledger = Ledger.open(file)) {
        assertThat(ledger.size()).isEqualTo(2);
        assertThat(Files.readString(file)).isEqualTo(whole.substring(0, last));
        ledger.skipTo(2);
        ledger.append("{\"step\":2");
      }
      assertThat(file).hasContent(whole);
    }
  }

  /** A torn tail may end inside a character of several bytes. */
  @Test
  void open_tornInsideCharacter_isCut() throws IOException {
    byte[] whole = Files.readAllBytes(file);
    byte[] torn = java.util.Arrays.copyOf(whole, whole.length + 2);
    torn[whole.length] = '{';
    torn[whole.length + 1] = (byte) 0xC3;
    Files.write(file, torn);
    try (Ledger ledger = Ledger.open(file)) {
      assertThat(ledger.size()).isEqualTo(3);
    }
    assertThat(file).hasBinaryContent(whole);
  }

  @Test
  void read_bytesThatAreNotUtf8_areRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[3] = (byte) 0xFF;
    Files.write(file, bytes);
    assertThatThrownBy(() -> Ledger.read(file)).isInstanceOf(CorruptArtifact.class);
  }

  @Test
  void append_doneAgain_mustBeTheSameLine() {
    try (Ledger ledger = Ledger.open(file)) {
      ledger.append("{\"run\":1");
      assertThatThrownBy(() -> ledger.append("{\"step\":9"))
          .isInstanceOf(CorruptArtifact.class)
          .hasMessageContaining("line 2");
    }
  }

  private static String sha256(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
