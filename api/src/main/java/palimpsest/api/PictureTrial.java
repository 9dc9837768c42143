package palimpsest.api;

import java.util.List;
import java.util.Optional;
import palimpsest.api.PictureEvidence.Domain;

/**
 * What a metric of pictures judges: how a model draws once a class was erased from it.
 *
 * @param domain of the erased class
 * @param target the erased class, one of the judge's
 * @param subject the model under judgement
 * @param reference the model retrained without the class, where there is one
 * @param original the model before the remedy, where it was judged
 */
public record PictureTrial(
    Domain domain,
    String target,
    PictureEvidence subject,
    Optional<PictureEvidence> reference,
    Optional<PictureEvidence> original) {

  public PictureTrial {
    List<String> classes = subject.judge().classes(domain);
    if (!classes.contains(target)) {
      throw new InvalidRequest(
          "target must be a class of the judge, got \""
              + target
              + "\""
              + Suggest.nearest(target, classes));
    }
    reference.ifPresent(other -> requireAlike(subject, other, "the retrained reference"));
    original.ifPresent(other -> requireAlike(subject, other, "the model before"));
  }

  private static void requireAlike(PictureEvidence subject, PictureEvidence other, String what) {
    if (!other.judge().equals(subject.judge())) {
      throw new InvalidRequest(
          what
              + " was judged by "
              + other.judge().digest()
              + ", the model under judgement by "
              + subject.judge().digest()
              + "; judge both by one");
    }
    if (!other.sampling().equals(subject.sampling())) {
      throw new InvalidRequest(
          what
              + " was drawn from by "
              + other.sampling()
              + ", the model under judgement by "
              + subject.sampling()
              + "; draw from both alike");
    }
  }
}
