package palimpsest.dossier;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import palimpsest.api.CorruptArtifact;

/**
 * A DSSE envelope with one Ed25519 signature over an in-toto Statement v1.
 *
 * @see <a href="https://github.com/secure-systems-lab/dsse">DSSE</a>
 * @see <a href="https://github.com/in-toto/attestation">in-toto attestation</a>
 */
@SuppressWarnings("ArrayRecordComponent") // bytes as read, compared explicitly
record Envelope(byte[] payload, String keyId, byte[] signature) {
  static final String PAYLOAD_TYPE = "application/vnd.in-toto+json";
  static final String STATEMENT = "https://in-toto.io/Statement/v1";
  private static final String PREDICATE_TYPE = "urn:palimpsest:dossier:1"; // a URI, as in-toto asks

  /** What is signed: the type and the body, each with its length. */
  static byte[] pae(String type, byte[] body) {
    byte[] head =
        ("DSSEv1 " + type.getBytes(UTF_8).length + " " + type + " " + body.length + " ")
            .getBytes(UTF_8);
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return whole;
  }

  /** The statement about a folder: the digest of every file but the envelope, and the summary. */
  static byte[] statement(Map<String, String> digests, Sealed sealed) {
    List<Map<String, Object>> subjects =
        new TreeMap<>(digests)
            .entrySet().stream()
                .map(
                    e ->
                        Map.<String, Object>of(
                            "name", e.getKey(), "digest", Map.of("sha256", e.getValue())))
                .toList();
    List<Map<String, String>> summary =
        sealed.verdicts().stream()
            .map(
                v ->
                    Map.of(
                        "outcome", v.outcome(),
                        "removal", v.removal().headline(),
                        "suppression", v.suppression().headline()))
            .toList();
    return Json.canonical(
        Map.of(
            "_type",
            STATEMENT,
            "subject",
            subjects,
            "predicateType",
            PREDICATE_TYPE,
            "predicate",
            Map.of(
                "request", sealed.dossier().request().id(),
                "created", sealed.dossier().created(),
                "head", sealed.head(),
                "summary", summary)));
  }

  static Envelope sign(byte[] payload, SigningKeys keys) {
    return new Envelope(payload, keys.keyId(), keys.sign(pae(PAYLOAD_TYPE, payload)));
  }

  byte[] bytes() {
    Base64.Encoder base64 = Base64.getEncoder();
    Map<String, String> entry = Map.of("keyid", keyId, "sig", base64.encodeToString(signature));
    return Json.canonical(
        Map.of(
            "payload", base64.encodeToString(payload),
            "payloadType", PAYLOAD_TYPE,
            "signatures", List.of(entry)));
  }

  /**
   * Reads an envelope.
   *
   * @throws CorruptArtifact unless writing it again gives the same bytes
   */
  static Envelope parse(byte[] bytes) {
    String what = Folder.ENVELOPE;
    JsonNode node = CanonicalJson.parse(bytes, what);
    JsonNode entry = node.path("signatures").path(0);
    Envelope envelope;
    try {
      envelope =
          new Envelope(
              Base64.getDecoder().decode(node.path("payload").asText()),
              entry.path("keyid").asText(),
              Base64.getDecoder().decode(entry.path("sig").asText()));
    } catch (IllegalArgumentException e) {
      throw new CorruptArtifact(what + ": payload or signature is not base64", e);
    }
    if (!Arrays.equals(envelope.bytes(), bytes)) {
      throw new CorruptArtifact(
          what + " is not an envelope of type " + PAYLOAD_TYPE + " with one signature");
    }
    return envelope;
  }

  boolean isSignedBy(PublicKey key) {
    try {
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(key);
      verifier.update(pae(PAYLOAD_TYPE, payload));
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // malformed signature: as good as none
    }
  }
}
