package palimpsest.dossier;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PalimpsestException;
import palimpsest.dossier.Verification.Result;
import palimpsest.dossier.Verification.Signer;
import palimpsest.dossier.Verification.Step;

/**
 * Checks a dossier against itself and derives everything in it again: digests, signature, chain,
 * verdicts, page. Needs neither the models nor libtorch.
 */
public final class Verifier {
  static final String ENCLOSED_KEY =
      "signed by the key enclosed; whether it is the signer's you must know from elsewhere";

  private final Path root;
  private final Optional<PublicKey> trusted;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, String> digests = new HashMap<>();
  private Optional<String> keyId = Optional.empty();
  private Signer signer = Signer.NONE;

  private Verifier(Path root, Optional<PublicKey> trusted) {
    this.root = root;
    this.trusted = trusted;
  }

  /**
   * Verifies a folder. Rejects with a reason whatever the folder holds; throws for none of it.
   *
   * @param trustedKey PEM file with the public key that the verifier holds to be the signer's
   * @throws InvalidRequest if {@code trustedKey} is no Ed25519 public key
   */
  public static Verification verify(Path folder, Optional<Path> trustedKey) {
    Verifier verifier = new Verifier(folder, trustedKey.map(Verifier::load));
    verifier.run();
    boolean accepted = verifier.steps.stream().noneMatch(s -> s.result() == Result.FAIL);
    Signer signer = accepted ? verifier.signer : Signer.NONE;
    return new Verification(accepted, verifier.steps, verifier.keyId, signer);
  }

  /**
   * What a folder states.
   *
   * @throws CorruptArtifact if {@link #verify} would reject it
   */
  public static Dossier content(Path folder) {
    Verification verification = verify(folder, Optional.empty());
    if (!verification.accepted()) {
      throw new CorruptArtifact(
          folder + " is rejected: " + String.join("; ", verification.failures()));
    }
    try {
      byte[] bytes = Folder.read(folder.resolve(Folder.CONTENT), Folder.LARGEST_CONTENT);
      JsonNode node = CanonicalJson.parse(bytes, Folder.CONTENT);
      return Json.read(node, bytes, Sealed.class, Folder.CONTENT).dossier();
    } catch (IOException e) {
      throw new CorruptArtifact(folder + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static PublicKey load(Path file) {
    try {
      return PublicKeys.parse(Files.readAllBytes(file), file.toString());
    } catch (IOException | CorruptArtifact e) {
      throw new InvalidRequest(
          "trusted key " + file + " must be an Ed25519 public key in PEM form: " + Json.oneLine(e),
          e);
    }
  }

  /** A check that throws where it fails, and says what it saw where it passes. */
  private interface Probe {
    String look() throws IOException;
  }

  private boolean check(String name, Probe probe) {
    try {
      steps.add(new Step(name, Result.PASS, probe.look()));
      return true;
    } catch (IOException | PalimpsestException | IllegalArgumentException e) {
      steps.add(new Step(name, Result.FAIL, Html.visible(Json.oneLine(e))));
      return false;
    }
  }

  private void run() {
    Envelope[] envelope = new Envelope[1];
    Sealed[] sealed = new Sealed[1];
    boolean stands =
        check("folder", this::readFolder)
            && check("signature", () -> readSignature(envelope))
            && check("files", () -> compareFiles(envelope[0]))
            && check("content", () -> readContent(sealed))
            && check("statement", () -> compareStatement(envelope[0], sealed[0]));
    if (!stands) {
      return;
    }
    check("chain", () -> compareChain(sealed[0]));
    if (check("verdicts", () -> compareVerdicts(sealed[0]))) {
      comparePage(sealed[0]);
    }
    judgeSigner();
  }

  private String readFolder() throws IOException {
    Map<String, Long> files = Folder.list(root);
    for (String name : List.of(Folder.CONTENT, Folder.ENVELOPE, Folder.PAGE, Folder.KEY)) {
      if (!files.containsKey(name)) {
        throw new CorruptArtifact(name + " is missing");
      }
    }
    if (!Files.isDirectory(root.resolve(Folder.ARTEFACTS))) {
      throw new CorruptArtifact(Folder.ARTEFACTS + " is missing");
    }
    for (Map.Entry<String, Long> file : files.entrySet()) {
      if (!file.getKey().equals(Folder.ENVELOPE)) {
        digests.put(file.getKey(), Folder.digest(root.resolve(file.getKey()), file.getValue()));
      }
    }
    return files.size() + " files, nothing that has no place in a dossier";
  }

  private String readSignature(Envelope[] out) throws IOException {
    PublicKey key =
        PublicKeys.parseStrict(
            Folder.read(root.resolve(Folder.KEY), PublicKeys.LARGEST), Folder.KEY);
    keyId = Optional.of(PublicKeys.id(key));
    Envelope envelope =
        Envelope.parse(Folder.read(root.resolve(Folder.ENVELOPE), Folder.LARGEST_ENVELOPE));
    if (!envelope.keyId().equals(keyId.get())) {
      throw new CorruptArtifact("the envelope names another key than the one enclosed");
    }
    if (!envelope.isSignedBy(key)) {
      throw new CorruptArtifact("the signature does not fit the statement and the key enclosed");
    }
    out[0] = envelope;
    return "Ed25519 signature of key " + keyId.get() + " over the statement";
  }

  private String readContent(Sealed[] out) throws IOException {
    byte[] bytes = Folder.read(root.resolve(Folder.CONTENT), Folder.LARGEST_CONTENT);
    JsonNode node = CanonicalJson.parse(bytes, Folder.CONTENT);
    String format = node.path("format").asText();
    if (!format.equals(Sealed.FORMAT)) {
      throw new CorruptArtifact(
          "format is \"" + format + "\", this software reads \"" + Sealed.FORMAT + "\"");
    }
    out[0] = Json.read(node, bytes, Sealed.class, Folder.CONTENT);
    return "canonical JSON of format " + Sealed.FORMAT;
  }

  /** Before a byte of the content is read: whether it is what was signed. */
  private String compareFiles(Envelope envelope) {
    Map<String, String> signed = new TreeMap<>();
    for (JsonNode subject : CanonicalJson.parse(envelope.payload(), "statement").path("subject")) {
      signed.put(subject.path("name").asText(), subject.path("digest").path("sha256").asText());
    }
    for (Map.Entry<String, String> file : digests.entrySet()) {
      String digest = signed.remove(file.getKey());
      if (!file.getValue().equals(digest)) {
        throw new CorruptArtifact(
            file.getKey()
                + (digest == null ? " was added or renamed" : " was changed")
                + " after it was signed");
      }
    }
    if (!signed.isEmpty()) {
      throw new CorruptArtifact(signed.keySet().iterator().next() + " was removed or renamed");
    }
    return digests.size() + " files have the names and digests that were signed";
  }

  private String compareStatement(Envelope envelope, Sealed sealed) {
    if (!Arrays.equals(Envelope.statement(digests, sealed), envelope.payload())) {
      throw new CorruptArtifact("the signed statement is not that of this dossier");
    }
    return "names this request, chain and summary";
  }

  private String compareChain(Sealed sealed) {
    String head = Sealed.start();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < sealed.artefacts().size(); i++) {
      Sealed.Link link = sealed.artefacts().get(i);
      head = Sealed.next(head, i + 1, link.name(), link.mediaType(), link.sha256());
      if (link.index() != i + 1 || !link.link().equals(head)) {
        throw new CorruptArtifact("link " + (i + 1) + " does not follow from the one before it");
      }
      if (!link.sha256().equals(digests.get(link.name())) || !names.add(link.name())) {
        throw new CorruptArtifact(link.name() + " is not the file that the chain names");
      }
    }
    if (!head.equals(sealed.head())) {
      throw new CorruptArtifact("the chain does not end in its head");
    }
    if (digests.keySet().stream().filter(n -> n.startsWith(Folder.ARTEFACTS)).count()
        != names.size()) {
      throw new CorruptArtifact("an artefact is not in the chain");
    }
    return names.size() + " artefacts in order, head " + head;
  }

  private String compareVerdicts(Sealed sealed) {
    if (!Verdicts.of(sealed.dossier()).equals(sealed.verdicts())) {
      throw new CorruptArtifact(
          "other verdicts follow from the scores and attacks than the dossier states");
    }
    return "follow from the guarantees, scores and attacks in the dossier";
  }

  private void comparePage(Sealed sealed) {
    Optional<String> skip = rendererSkip(sealed.renderer(), Page.VERSION);
    if (skip.isPresent()) {
      steps.add(new Step("page", Result.NOT_DONE, skip.get()));
      return;
    }
    check(
        "page",
        () -> {
          String digest = Sha256.hex(Page.render(sealed, keyId.orElseThrow()));
          if (sealed.renderer() != Page.VERSION || !digest.equals(digests.get(Folder.PAGE))) {
            throw new CorruptArtifact(
                Folder.PAGE + " is not what renderer " + sealed.renderer() + " makes of the data");
          }
          return Folder.PAGE + " rendered again from the data, the same byte for byte";
        });
  }

  /** Why a page of an older renderer cannot be rendered again; empty for any other. */
  static Optional<String> rendererSkip(int renderer, int current) {
    return renderer >= 1 && renderer < current
        ? Optional.of(
            "written by renderer "
                + renderer
                + ", older than "
                + current
                + ": not rendered again; its bytes are those that were signed, but only "
                + Folder.CONTENT
                + " was checked against the rules")
        : Optional.empty();
  }

  private void judgeSigner() {
    if (trusted.isEmpty()) {
      signer = Signer.ENCLOSED;
      steps.add(new Step("signer", Result.NOT_DONE, ENCLOSED_KEY));
      return;
    }
    check(
        "signer",
        () -> {
          String id = PublicKeys.id(trusted.get());
          if (!keyId.equals(Optional.of(id))) {
            throw new CorruptArtifact("signed by another key than the one you gave, " + id);
          }
          signer = Signer.TRUSTED;
          return "signed by the key that you gave";
        });
  }
}
