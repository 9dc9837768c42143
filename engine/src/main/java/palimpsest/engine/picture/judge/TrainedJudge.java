package palimpsest.engine.picture.judge;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.InvalidRequest;
import palimpsest.api.PictureEvidence;
import palimpsest.torch.checkpoint.JsonFile;
import palimpsest.torch.picture.PictureClassifier;
import palimpsest.torch.picture.PictureClassifierFiles;

/**
 * A classifier with what it is worth on drawings that it has not seen, so that neither goes
 * anywhere without the other.
 *
 * @param classifier closed with this
 * @param worth its errors on held-out drawings
 */
public record TrainedJudge(PictureClassifier classifier, JudgeTraining.Worth worth)
    implements AutoCloseable {
  private static final String WORTH = "worth.json";

  /** How evidence names it. */
  public PictureEvidence.Judge pinned() {
    return new PictureEvidence.Judge(
        classifier.digest(),
        classifier.config().objects(),
        classifier.config().styles(),
        worth.objects().accuracy(),
        worth.styles().accuracy(),
        worth.objects().total());
  }

  /** Writes the classifier's files and {@code worth.json}, both tables of errors. */
  public void write(Path folder) {
    PictureClassifierFiles.write(classifier, folder);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("classifier", classifier.digest());
    json.set("objects", table(worth.objects()));
    json.set("styles", table(worth.styles()));
    JsonFile.write(folder.resolve(WORTH), json);
  }

  private static ArrayNode table(Confusion confusion) {
    ArrayNode rows = JsonNodeFactory.instance.arrayNode();
    for (List<Integer> row : confusion.counts()) {
      ArrayNode counts = rows.addArray();
      row.forEach(counts::add);
    }
    return rows;
  }

  /**
   * Reads a judge, which the caller closes.
   *
   * @throws CorruptArtifact if a file is missing, damaged, or of another classifier
   */
  public static TrainedJudge read(Path folder) {
    Path file = folder.resolve(WORTH);
    ObjectNode json = JsonFile.read(file);
    PictureClassifier classifier = PictureClassifierFiles.read(folder);
    boolean done = false;
    try {
      if (!classifier.digest().equals(json.path("classifier").asText())) {
        throw new CorruptArtifact(file + ": is of another classifier; judge the drawings again");
      }
      Confusion objects = confusion(classifier.config().objects(), json.path("objects"), file);
      Confusion styles = confusion(classifier.config().styles(), json.path("styles"), file);
      done = true;
      return new TrainedJudge(classifier, new JudgeTraining.Worth(objects, styles));
    } finally {
      if (!done) {
        classifier.close();
      }
    }
  }

  private static Confusion confusion(List<String> classes, JsonNode rows, Path file) {
    List<List<Integer>> counts = new ArrayList<>();
    for (JsonNode row : rows) {
      List<Integer> line = new ArrayList<>();
      row.forEach(count -> line.add(count.isInt() ? count.intValue() : -1));
      counts.add(line);
    }
    try {
      return new Confusion(classes, counts);
    } catch (InvalidRequest e) { // a table that the record refuses
      throw new CorruptArtifact(file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    classifier.close();
  }
}
