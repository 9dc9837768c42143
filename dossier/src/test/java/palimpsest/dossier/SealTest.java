package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import palimpsest.api.InvalidRequest;
import palimpsest.dossier.Verification.Signer;

class SealTest {
  @TempDir Path temp;
  private SigningKeys keys;
  private Path folder;

  @BeforeEach
  void seal() {
    keys = SigningKeys.loadOrCreate(temp.resolve("key.pem"));
    folder = temp.resolve("dossier");
    Seal.write(folder, SampleDossier.make(), SampleDossier.artefacts(), keys);
  }

  @Test
  void verify_untouched_isAcceptedAndSaysWhoseKeyItIs() {
    Verification verification = verify();
    assertThat(verification.failures()).isEmpty();
    assertThat(verification.accepted()).isTrue();
    assertThat(verification.signer()).isEqualTo(Signer.ENCLOSED);
    assertThat(verification.keyId()).contains(keys.keyId());
    assertThat(verification.checks())
        .extracting(Verification.Step::name)
        .containsExactly(
            "folder",
            "signature",
            "files",
            "content",
            "statement",
            "chain",
            "verdicts",
            "page",
            "signer");
    assertThat(verification.checks().get(8).reason())
        .isEqualTo(
            "signed by the key enclosed; whether it is the signer's you must know from elsewhere");
  }

  @Test
  void verify_withTrustedKey_tellsRightFromWrong() throws Exception {
    Path right = Files.write(temp.resolve("right.pem"), keys.publicPem());
    SigningKeys other = SigningKeys.loadOrCreate(temp.resolve("other.pem"));
    Path wrong = Files.write(temp.resolve("wrong.pem"), other.publicPem());
    assertThat(Verifier.verify(folder, Optional.of(right)).signer()).isEqualTo(Signer.TRUSTED);
    Verification refused = Verifier.verify(folder, Optional.of(wrong));
    assertThat(refused.accepted()).isFalse();
    assertThat(refused.failures()).singleElement().asString().contains("another key");
    assertThatThrownBy(() -> Verifier.verify(folder, Optional.of(temp.resolve("key.pem"))))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("must be an Ed25519 public key");
  }

  /** 1,000 flips, insertions and removals of one byte anywhere in any file, the seed 20261121. */
  @Test
  void verify_anyByteChanged_isRejected() throws Exception {
    SplittableRandom random = new SplittableRandom(20261121);
    List<Path> files = files();
    for (int i = 0; i < 1000; i++) {
      Path file = files.get(i % files.size());
      byte[] bytes = Files.readAllBytes(file);
      Files.write(file, changed(bytes, random));
      Verification verification = verify();
      assertThat(verification.accepted()).as("change %d of %s", i, file).isFalse();
      assertThat(verification.failures()).isNotEmpty();
      Files.write(file, bytes);
    }
    assertThat(verify().accepted()).isTrue();
  }

  private static byte[] changed(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    byte[] out;
    switch (random.nextInt(3)) {
      case 0 -> {
        out = bytes.clone();
        out[at] ^= (byte) (1 << random.nextInt(8));
      }
      case 1 -> {
        out = new byte[bytes.length + 1];
        System.arraycopy(bytes, 0, out, 0, at);
        out[at] = (byte) random.nextInt(256);
        System.arraycopy(bytes, at, out, at + 1, bytes.length - at);
      }
      default -> {
        out = Arrays.copyOf(bytes, bytes.length - 1);
        System.arraycopy(bytes, at + 1, out, at, bytes.length - at - 1);
      }
    }
    return out;
  }

  /**
   * One bit in every eleventh byte of the envelope, which no digest covers, and of the key file.
   */
  @Test
  void verify_bitsOfEnvelopeAndKeyFlipped_isRejected() throws Exception {
    for (String name : List.of("dossier.dsse.json", "key.pub")) {
      Path file = folder.resolve(name);
      byte[] bytes = Files.readAllBytes(file);
      for (int i = 0; i < bytes.length; i += 11) {
        byte[] flipped = bytes.clone();
        flipped[i] ^= (byte) (1 << (i % 8));
        Files.write(file, flipped);
        assertThat(verify().accepted()).as("byte %d of %s", i, name).isFalse();
      }
      Files.write(file, bytes);
    }
  }

  @Test
  void verify_addedFileOrFolder_isRejected() throws Exception {
    for (String name : List.of("note.txt", "artefacts/07-more.json", "artefacts/x", "\u202eeman")) {
      Path added = Files.writeString(folder.resolve(name), "x");
      assertThat(verify().failures()).hasSize(1);
      Files.delete(added);
    }
    Files.createDirectory(folder.resolve("artefacts/deep"));
    assertThat(verify().failures())
        .containsExactly("folder: holds what no dossier holds: artefacts/deep");
  }

  @Test
  void verify_removedRenamedSwappedTruncated_isRejected() throws Exception {
    for (Path file : files()) {
      Path aside = temp.resolve("aside");
      byte[] bytes = Files.readAllBytes(file);
      Files.move(file, aside);
      assertThat(verify().accepted()).as("removed %s", file).isFalse();
      Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
      assertThat(verify().accepted()).as("truncated %s", file).isFalse();
      Files.write(file, new byte[0]);
      assertThat(verify().accepted()).as("emptied %s", file).isFalse();
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    }
    Path first = folder.resolve("artefacts/01-request.json");
    Path second = folder.resolve("artefacts/02-findings.json");
    Files.move(first, folder.resolve("artefacts/01-requests.json"));
    assertThat(verify().failures()).anyMatch(f -> f.contains("renamed"));
    Files.move(folder.resolve("artefacts/01-requests.json"), first);
    byte[] swap = Files.readAllBytes(first);
    Files.write(first, Files.readAllBytes(second));
    Files.write(second, swap);
    assertThat(verify().accepted()).isFalse();
  }

  @Test
  void verify_linkInsteadOfFile_isRejected() throws Exception {
    Path page = folder.resolve("index.html");
    Path moved = Files.move(page, temp.resolve("index.html"));
    Files.createSymbolicLink(page, moved);
    assertThat(verify().failures())
        .containsExactly("folder: holds what no dossier holds: index.html");
    assertThat(Verifier.verify(temp.resolve("nowhere"), Optional.empty()).failures())
        .containsExactly("folder: is not a folder");
  }

  /** Whoever signs again with a key of their own still cannot state what does not follow. */
  @Test
  void verify_signedAgainWithOtherVerdicts_isRejected() throws Exception {
    Sealed honest = Sealed.of(SampleDossier.make(), SampleDossier.artefacts());
    Verdict first = honest.verdicts().get(0);
    Verdict praised =
        new Verdict(
            first.outcome(),
            new Verdict.Ruling(Verdict.Tone.SHOWN, "Removed", List.of()),
            first.suppression(),
            List.of(),
            first.checklist());
    List<Verdict> verdicts = new java.util.ArrayList<>(honest.verdicts());
    verdicts.set(0, praised);
    resign(
        new Sealed(
            honest.format(),
            honest.renderer(),
            honest.dossier(),
            verdicts,
            honest.artefacts(),
            honest.head()));
    assertThat(verify().failures()).singleElement().asString().startsWith("verdicts: ");
  }

  @Test
  void verify_signedAgainWithOtherPageOrNewerRenderer_isRejected() throws Exception {
    Sealed honest = Sealed.of(SampleDossier.make(), SampleDossier.artefacts());
    Files.writeString(folder.resolve("index.html"), "<p>All is well.</p>");
    sign(honest);
    assertThat(verify().failures())
        .singleElement()
        .asString()
        .startsWith("page: index.html is not");
    assertThat(Verifier.rendererSkip(1, 2))
        .hasValueSatisfying(s -> assertThat(s).contains("older"));
    assertThat(Verifier.rendererSkip(3, 2)).isEmpty();
    assertThat(Verifier.rendererSkip(0, 2)).isEmpty();
  }

  @Test
  void verify_signedAgainWithHostileContent_isRejectedWithOneLine() throws Exception {
    String honest = Files.readString(folder.resolve("dossier.json"));
    List<String> hostile =
        List.of(
            "[]",
            "null",
            "{\"format\":\"palimpsest-dossier/2\"}",
            "{\"format\":\"palimpsest-dossier/1\"}",
            honest.replace("\"epochs\":5", "\"epochs\":null"),
            honest.replace("\"steps\":60", "\"steps\":60.5"),
            honest.replace("\"guarantee\":\"APPROXIMATE\"", "\"guarantee\":\"PERFECT\""),
            honest.replace("\"guarantee\":\"APPROXIMATE\"", "\"guarantee\":2"),
            honest.replace("\"primary\":\"npo\"", "\"primary\":null"),
            honest.replace("\"primary\":\"npo\"", "\"primary\":\"no\""),
            honest.replace("\"notMeasured\":", "\"measured\":"),
            honest.replace("artefacts/01-request.json", "../../../etc/passwd"),
            honest.replace("\"created\":", "\"Created\":"));
    for (String content : hostile) {
      assertThat(content).isNotEqualTo(honest);
      Files.writeString(folder.resolve("dossier.json"), content);
      sign(Sealed.of(SampleDossier.make(), SampleDossier.artefacts()));
      Verification verification = verify();
      assertThat(verification.accepted()).isFalse();
      assertThat(verification.failures()).isNotEmpty().allMatch(f -> f.lines().count() == 1);
    }
  }

  /**
   * 300 dossiers with one value anywhere replaced or left out, each properly signed again by the
   * holder of the key: none makes verification throw. Those that are accepted differ in a value
   * that no verdict rests on and the page does not show, such as an offset in a file.
   */
  @Test
  void verify_signedAgainWithAnyValueReplaced_neverThrowsAndMostlyRejects() throws Exception {
    int accepted = 0;
    SplittableRandom random = new SplittableRandom(7);
    Path content = folder.resolve("dossier.json");
    byte[] honest = Files.readAllBytes(content);
    Sealed sealed = Sealed.of(SampleDossier.make(), SampleDossier.artefacts());
    for (int i = 0; i < 300; i++) {
      JsonNode tree = CanonicalJson.parse(honest, "dossier.json");
      replaceOne(tree, random);
      Files.write(content, CanonicalJson.bytes(tree));
      sign(sealed);
      Verification verification = verify();
      accepted += verification.accepted() ? 1 : 0;
      assertThat(verification.failures()).allMatch(f -> f.lines().count() == 1);
    }
    assertThat(accepted).isLessThan(60);
  }

  private static void replaceOne(JsonNode tree, SplittableRandom random) {
    List<JsonNode> parents = new java.util.ArrayList<>();
    collect(tree, parents);
    JsonNode parent = parents.get(random.nextInt(parents.size()));
    List<JsonNode> values =
        List.of(
            IntNode.valueOf(-1),
            DoubleNode.valueOf(1e300),
            TextNode.valueOf("x"),
            BooleanNode.TRUE,
            NullNode.getInstance(),
            JsonNodeFactory.instance.arrayNode(),
            JsonNodeFactory.instance.objectNode(),
            TextNode.valueOf("reference"));
    JsonNode value = values.get(random.nextInt(values.size()));
    if (parent instanceof ObjectNode object) {
      List<String> names = new java.util.ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      object.set(name, value.equals(object.get(name)) ? TextNode.valueOf("other") : value);
    } else {
      ((ArrayNode) parent).remove(random.nextInt(parent.size()));
    }
  }

  private static void collect(JsonNode node, List<JsonNode> parents) {
    if (node.size() > 0) {
      parents.add(node);
      node.forEach(child -> collect(child, parents));
    }
  }

  @Test
  void write_numberThatIsNotFinite_isRefusedByName() {
    Dossier d = SampleDossier.make();
    Dossier bad =
        new Dossier(
            d.created(),
            d.generator(),
            d.request(),
            d.found(),
            d.decision(),
            d.plan(),
            d.original(),
            d.outcomes(),
            d.primary(),
            Optional.of(new Dossier.Reference("d", 1, 1, Double.NaN, Optional.empty())),
            d.scores(),
            d.axes(),
            d.samples(),
            d.gaps(),
            d.environment(),
            d.digests());
    assertThatThrownBy(() -> Seal.write(temp.resolve("bad"), bad, List.of(), keys))
        .isInstanceOf(InvalidRequest.class)
        .hasMessage(
            "dossier cannot be written as JSON: dossier/reference/seconds/JSON has no number NaN");
  }

  private void resign(Sealed sealed) throws Exception {
    Files.write(folder.resolve("dossier.json"), Json.canonical(sealed));
    Files.write(folder.resolve("index.html"), Page.render(sealed, keys.keyId()));
    sign(sealed);
  }

  private void sign(Sealed sealed) throws Exception {
    java.util.Map<String, String> digests = new java.util.HashMap<>();
    for (Path file : files()) {
      if (!file.endsWith("dossier.dsse.json")) {
        digests.put(folder.relativize(file).toString(), Sha256.hex(Files.readAllBytes(file)));
      }
    }
    Envelope envelope = Envelope.sign(Envelope.statement(digests, sealed), keys);
    Files.write(folder.resolve("dossier.dsse.json"), envelope.bytes());
  }

  @Test
  void write_existingFolder_isRefusedAndUnchanged() throws Exception {
    Path taken = Files.createDirectory(temp.resolve("taken"));
    assertThatThrownBy(
            () -> Seal.write(taken, SampleDossier.make(), SampleDossier.artefacts(), keys))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("exists already");
    assertThat(taken).isEmptyDirectory();
  }

  @Test
  void write_twice_givesTheSameBytesAndLeavesNothingElse() throws Exception {
    Path again = temp.resolve("again");
    Seal.write(again, SampleDossier.make(), SampleDossier.artefacts(), keys);
    for (Path file : files()) {
      assertThat(again.resolve(folder.relativize(file))).hasSameBinaryContentAs(file);
    }
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("key.pem", "dossier", "again");
    }
  }

  /**
   * head_0 = SHA-256("palimpsest-dossier/1"), head_1 = SHA-256(head_0 || the canonical entry),
   * written out by hand here.
   */
  @Test
  void chain_ofOneArtefact_isAsByHand() {
    byte[] start = Sha256.bytes("palimpsest-dossier/1".getBytes(UTF_8));
    String file = Sha256.hex("{}".getBytes(UTF_8));
    String entry =
        "{\"index\":1,\"mediaType\":\"application/json\",\"name\":\"artefacts/01-plan.json\","
            + "\"sha256\":\""
            + file
            + "\"}";
    Artefact artefact = new Artefact("plan.json", "application/json", "{}".getBytes(UTF_8));
    Sealed sealed = Sealed.of(SampleDossier.make(), List.of(artefact));
    assertThat(sealed.head()).isEqualTo(Sha256.hex(start, entry.getBytes(UTF_8)));
  }

  /** The test vector of DSSE's protocol.md. */
  @Test
  void pae_ofTheSpecification_isItsText() {
    assertThat(
            new String(
                Envelope.pae("http://example.com/HelloWorld", "hello world".getBytes(UTF_8)),
                UTF_8))
        .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  }

  /** RFC 8032, section 7.1, test 1: the empty message; and test 2: the message 72. */
  @Test
  void sign_rfc8032Vectors_giveItsKeysAndSignatures() throws Exception {
    String[][] vectors = {
      {
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
            + "b46bd25bf5f0595bbe24655141438e7a100b"
      },
      {
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
            + "1d8c387b2eaeb4302aeeb00d291612bb0c00"
      }
    };
    HexFormat hex = HexFormat.of();
    for (String[] vector : vectors) {
      SigningKeys pair = SigningKeys.ofSeed(hex.parseHex(vector[0]), List.of());
      byte[] der = PublicKeys.Pem.read("PUBLIC KEY", new String(pair.publicPem(), UTF_8));
      assertThat(hex.formatHex(der)).endsWith(vector[1]);
      assertThat(hex.formatHex(pair.sign(hex.parseHex(vector[2])))).isEqualTo(vector[3]);
    }
  }

  @Test
  void loadOrCreate_twice_isTheSameKeyReadableByItsOwnerAlone() throws Exception {
    Path file = temp.resolve("key.pem");
    assertThat(SigningKeys.loadOrCreate(file).keyId()).isEqualTo(keys.keyId());
    assertThat(keys.warnings()).isEmpty();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(SigningKeys.loadOrCreate(file).warnings())
        .singleElement()
        .asString()
        .contains("chmod 600");
  }

  @Test
  void loadOrCreate_noKeyInFile_isRefused() throws Exception {
    Path file = Files.writeString(temp.resolve("bad.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA\n");
    assertThatThrownBy(() -> SigningKeys.loadOrCreate(file))
        .isInstanceOf(InvalidRequest.class)
        .hasMessageContaining("not an Ed25519 private key");
  }

  private Verification verify() {
    return Verifier.verify(folder, Optional.empty());
  }

  private List<Path> files() throws Exception {
    try (Stream<Path> tree = Files.walk(folder)) {
      return tree.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
