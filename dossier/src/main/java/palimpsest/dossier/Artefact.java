package palimpsest.dossier;

import java.util.regex.Pattern;
import palimpsest.api.InvalidRequest;

/**
 * A file enclosed in a dossier as it is.
 *
 * @param name lower-case file name such as {@code findings.jsonl}; the dossier puts its number in
 *     front
 * @param mediaType such as {@code application/json}
 * @param bytes its content
 */
@SuppressWarnings("ArrayRecordComponent") // carried to a file, compared nowhere
public record Artefact(String name, String mediaType, byte[] bytes) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,60}\\.(json|jsonl|txt)");
  private static final Pattern TYPE = Pattern.compile("[a-z]+/[a-z0-9.+-]{1,60}");

  public Artefact {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidRequest(
          "artefact name must be like findings.jsonl, of a-z, 0-9 and -, got \"" + name + "\"");
    }
    if (!TYPE.matcher(mediaType).matches()) {
      throw new InvalidRequest(
          "media type of artefact "
              + name
              + " must be like application/json, got \""
              + mediaType
              + "\"");
    }
  }
}
