package palimpsest.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import palimpsest.api.Example;
import palimpsest.api.Trace;
import palimpsest.discovery.Corpus;
import palimpsest.dossier.Json;
import palimpsest.torch.checkpoint.AtomicFile;
import palimpsest.torch.llm.TextModel;
import palimpsest.torch.text.PromptTemplate;

/**
 * Writes the log-probability of every answer token, one example a line: <code>
 * {"id", "tokens", "log_probs", "sum", "mean"}</code>, natural logarithms, end token included.
 *
 * @param model folder of the model
 * @param template how examples become tokens
 */
public record Scoring(Path model, PromptTemplate.Kind template, Console console) {
  private static final int AT_ONCE = 256;

  /** A line of the file. */
  record Line(String id, List<Integer> tokens, List<Double> log_probs, double sum, double mean) {
    static Line of(Trace t) {
      List<Integer> tokens = new ArrayList<>();
      List<Double> logProbs = new ArrayList<>();
      for (int i = 0; i < t.length(); i++) {
        tokens.add(t.tokens()[i]);
        logProbs.add(t.logProb()[i]);
      }
      return new Line(t.exampleId(), tokens, logProbs, t.sumLogProb(), t.meanLogProb());
    }
  }

  /** Scores all records into a new file, which is there whole or not at all. */
  public void score(Corpus data, Path out) {
    Outputs.requireNew(out);
    Manifest.requireTemplate(model, template);
    try (TextModel text = TextModel.read(model, template);
        Console.Bar bar = console.bar("Scoring", data.examples().size())) {
      AtomicFile.write(out, channel -> write(text, data.examples(), channel, bar));
    }
  }

  private void write(TextModel text, List<Example> examples, FileChannel channel, Console.Bar bar)
      throws IOException {
    for (int at = 0; at < examples.size(); at += AT_ONCE) {
      int end = Math.min(examples.size(), at + AT_ONCE);
      StringBuilder lines = new StringBuilder();
      for (Trace trace : text.trace(examples.subList(at, end))) {
        byte[] line = Json.canonical(Line.of(trace));
        lines.append(new String(line, StandardCharsets.UTF_8)).append('\n');
      }
      ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      bar.at(end, "");
    }
  }
}
