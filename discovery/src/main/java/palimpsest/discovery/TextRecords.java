package palimpsest.discovery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import palimpsest.api.Example;
import palimpsest.api.InvalidRequest;
import palimpsest.api.Place;

/**
 * Plain text: a record is a paragraph, that is, a run of lines that are not blank.
 *
 * <p>The paragraph keeps its inner line breaks, as {@code \n}, and loses the last one. Lines end at
 * {@code \n}, {@code \r\n} or {@code \r}; blank lines hold spaces and tabs at most.
 */
final class TextRecords {
  private final InputStream in;
  private final String file;
  private final RecordSink sink;
  private final ByteArrayOutputStream paragraph = new ByteArrayOutputStream();
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long offset;
  private long lineNumber = 1;
  private long lineStart;
  private long start;
  private long startLine;
  private long end;
  private boolean blank = true;

  private TextRecords(InputStream in, String file, long offset, RecordSink sink) {
    this.in = in;
    this.file = file;
    this.offset = offset;
    this.lineStart = offset;
    this.sink = sink;
  }

  /** Reads everything; {@code offset} is where in the file the stream begins. */
  static void read(InputStream in, String file, long offset, RecordSink sink) throws IOException {
    new TextRecords(in, file, offset, sink).readAll();
  }

  private void readAll() throws IOException {
    byte[] buffer = new byte[1 << 16];
    boolean afterReturn = false;
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      for (int i = 0; i < n; i++) {
        byte b = buffer[i];
        if (b == '\n' && afterReturn) {
          lineStart = ++offset;
        } else if (b == '\n' || b == '\r') {
          endLine();
          lineStart = ++offset;
          lineNumber++;
        } else {
          line.write(b);
          blank &= b == ' ' || b == '\t' || b == '\f';
          offset++;
        }
        afterReturn = b == '\r';
      }
    }
    endLine();
    endParagraph();
  }

  private void endLine() {
    if (blank) {
      endParagraph();
    } else {
      if (paragraph.size() == 0) {
        start = lineStart;
        startLine = lineNumber;
      } else {
        paragraph.write('\n');
      }
      if ((long) paragraph.size() + line.size() > JsonRecords.LONGEST) {
        throw new InvalidRequest(
            file
                + ":"
                + startLine
                + ": paragraph longer than "
                + JsonRecords.LONGEST
                + " bytes; divide it by blank lines");
      }
      paragraph.writeBytes(line.toByteArray());
      end = offset;
    }
    line.reset();
    blank = true;
  }

  private void endParagraph() {
    if (paragraph.size() > 0) {
      Place place = new Place(file, startLine, start, end - start);
      sink.accept(place, "", paragraph.toString(StandardCharsets.UTF_8), Example.Probe.NONE);
      paragraph.reset();
    }
  }
}
