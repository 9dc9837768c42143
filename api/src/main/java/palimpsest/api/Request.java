package palimpsest.api;

/**
 * Who asks that what be forgotten, and why.
 *
 * @param id the request's own reference, printed on the dossier
 * @param requester who asks, in the words of the person who filed it
 * @param reason why
 * @param objective removal, suppression or both: never inferred
 * @param release how the model reaches its users
 * @param target what must go
 * @param notes free text for the reader of the dossier, may be empty
 */
public record Request(
    String id,
    String requester,
    Reason reason,
    Objective objective,
    Release release,
    Target target,
    String notes) {

  /** The ground of a request. */
  public enum Reason {
    PRIVACY,
    COPYRIGHT,
    SAFETY,
    QUALITY
  }

  public Request {
    Check.notBlank(id, "request id");
    Check.notBlank(requester, "requester");
  }
}
