package palimpsest.api;

/**
 * Where a record stands in the corpus.
 *
 * @param file the file's path as given on the command line, with {@code /} as separator
 * @param line line of the record's first byte, from 1
 * @param offset byte offset of the record's first byte in the file, from 0
 * @param length the record's length in bytes
 */
public record Place(String file, long line, long offset, long length) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
