package palimpsest.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import palimpsest.api.InvalidRequest;
import palimpsest.torch.checkpoint.AtomicFile;

/**
 * The folder of a training, whose files are told by their names. It may have been prepared to have
 * others deleted: no link in it is followed, and what no training leaves is not touched.
 *
 * @param folder as the file system spells it; may be gone
 * @param layout which names it may have in it
 */
record TrainingFolder(Path folder, Layout layout) {
  /** What runs and their models are made of. */
  private static final String ESSENTIAL = "(run|model|shards(\\.json)?)(/.*)?";

  /**
   * What lies in it.
   *
   * @param name below the folder, parts separated by {@code /}
   */
  private record Entry(String name, BasicFileAttributes is, Layout layout) {
    boolean isFolder() {
      return is.isDirectory() && layout.isFolder(name);
    }

    boolean isKept() {
      return (is.isRegularFile() || is.isDirectory()) && layout.isKept(name, is.isDirectory());
    }

    Optional<Superseded.Kind> kind(Map<String, Integer> firstMet) {
      return is.isRegularFile() ? layout.kind(name, firstMet) : Optional.empty();
    }

    boolean isForeign() {
      return !isFolder() && !isKept() && kind(Map.of()).isEmpty();
    }

    String described() {
      return name + (is.isSymbolicLink() ? " (a link)" : "");
    }
  }

  /** A folder that a person named, links on the way to it resolved. */
  static Path named(Path given) {
    Path path = given.toAbsolutePath();
    if (Files.isSymbolicLink(path)) {
      throw new InvalidRequest(given + " is a link: give the folder itself");
    }
    try {
      if (Files.exists(path)) {
        return path.toRealPath();
      }
      Path parent = path.getParent();
      Path name = path.getFileName();
      if (parent == null || name == null || !Files.isDirectory(parent)) {
        throw new InvalidRequest(given + " is not there: give the folder of a training");
      }
      return parent.toRealPath().resolve(name);
    } catch (IOException e) {
      throw unreadable(given, e);
    }
  }

  /** Refuses what no training leaves, and links, wherever they lead. */
  void requireKnown() {
    requireNone(entries().stream().filter(Entry::isForeign).toList(), "which no training leaves");
  }

  /** Refuses links in place of what a run and its model are made of. */
  void requireNoLinks() {
    requireNone(
        entries().stream()
            .filter(e -> e.is().isSymbolicLink() && e.name().matches(ESSENTIAL))
            .toList(),
        "so that a file of it may lie elsewhere");
  }

  private void requireNone(List<Entry> wrong, String why) {
    if (!wrong.isEmpty()) {
      String names =
          wrong.stream().limit(3).map(Entry::described).collect(Collectors.joining(", "));
      throw new InvalidRequest(
          String.format(
              Locale.ROOT,
              "%s holds %s%s, %s: move it away; nothing was destroyed",
              folder,
              names,
              wrong.size() > 3 ? " and more" : "",
              why));
    }
  }

  /** Its files in the order in which they are to be destroyed, but those that stay. */
  List<Superseded.Item> items(Map<String, Integer> firstMet) {
    List<Superseded.Item> items = new ArrayList<>();
    for (Entry entry : entries()) {
      entry
          .kind(firstMet)
          .ifPresent(
              kind ->
                  items.add(
                      new Superseded.Item(
                          kind,
                          entry.name(),
                          entry.is().size(),
                          names(entry.name()),
                          "",
                          Superseded.Fate.LISTED)));
    }
    items.sort(Comparator.comparing(Superseded.Item::kind).thenComparing(Superseded.Item::name));
    return items;
  }

  /** Names of the files that stay. */
  List<String> kept() {
    return entries().stream().filter(Entry::isKept).map(Entry::name).toList();
  }

  /** What is there and is neither one of its own folders nor a file that stays. */
  List<String> others() {
    return entries().stream()
        .filter(e -> !e.isFolder() && !e.isKept())
        .map(Entry::described)
        .toList();
  }

  /** A file with the digest of its content; of the lock, which is held, none is taken. */
  Superseded.Item digested(Superseded.Item item) {
    try {
      String sha256 =
          item.kind() == Superseded.Kind.LOCK ? "" : Fingerprints.ofFile(path(item.name()));
      return new Superseded.Item(
          item.kind(), item.name(), item.bytes(), item.names(), sha256, item.fate());
    } catch (IOException e) {
      throw unreadable(path(item.name()), e);
    }
  }

  /** Whether it is there and no link. */
  boolean isThere() {
    return Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS);
  }

  /** Whether anything stands at such a name, even behind a link. */
  boolean hasAny(String name) {
    return Files.exists(path(name), LinkOption.NOFOLLOW_LINKS);
  }

  /** What has become of a file: only one that is still as it was listed is yet to be deleted. */
  Superseded.Fate fate(Superseded.Item item) {
    if (has(item)) {
      return Superseded.Fate.LISTED;
    }
    if (hasAny(item.name())) {
      return Superseded.Fate.LEFT;
    }
    return item.fate() == Superseded.Fate.DELETED
        ? Superseded.Fate.DELETED
        : Superseded.Fate.ABSENT;
  }

  /**
   * Names of what is left that may hold what is forgotten, whoever put it there: where a file of
   * that kind is not in its place any more, whatever has another name too.
   */
  List<String> telling(Superseded intent) {
    Stream<String> listed =
        intent.all(Superseded.Fate.LEFT).stream()
            .filter(f -> f.kind().isTelling())
            .map(Superseded.Item::name);
    boolean moved = intent.all(Superseded.Fate.ABSENT).stream().anyMatch(f -> f.kind().isTelling());
    Stream<String> others =
        entries().stream()
            .filter(e -> !e.isFolder() && !e.isKept())
            .filter(e -> (moved && e.isForeign()) || isTelling(e, intent))
            .map(Entry::name);
    return Stream.concat(listed, others).distinct().sorted().toList();
  }

  private boolean isTelling(Entry entry, Superseded intent) {
    return layout
        .kind(entry.name(), intent.firstMet())
        .filter(Superseded.Kind::isTelling)
        .isPresent();
  }

  /** Whether a file is still the one that was listed. */
  private boolean has(Superseded.Item item) {
    Path file = path(item.name());
    Path in = file.getParent();
    try {
      return in != null
          && isPlain(in)
          && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
          && layout.kind(item.name(), Map.of()).isPresent()
          && Files.size(file) == item.bytes()
          && digested(item).sha256().equals(item.sha256());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  void delete(Superseded.Item item) {
    AtomicFile.delete(path(item.name()));
  }

  /** Its own folders, innermost first, itself last. */
  List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    if (isThere()) {
      folders.add(folder);
      entries().stream().filter(Entry::isFolder).forEach(e -> folders.add(path(e.name())));
      Collections.reverse(folders);
    }
    return folders;
  }

  /** Folders of its runs, but of what a killed write left. */
  List<Path> runs() {
    return entries().stream()
        .filter(e -> e.isFolder() && e.name().matches("(shards/\\d+/)?run"))
        .map(e -> path(e.name()))
        .toList();
  }

  static boolean isEmpty(Path folder) {
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.findAny().isEmpty();
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  /** Whether a path is a folder and not reached through a link. */
  private static boolean isPlain(Path path) throws IOException {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && path.toRealPath().equals(path);
  }

  /** Whether a name leads nowhere else. */
  boolean isBelow(String name) {
    Path path = folder.resolve(name).normalize();
    return path.startsWith(folder) && !path.equals(folder);
  }

  private Path path(String name) {
    if (!isBelow(name)) {
      throw new IllegalStateException(name + " is not below " + folder);
    }
    return folder.resolve(name).normalize();
  }

  private List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    if (isThere()) {
      collect(folder, entries);
    }
    return entries;
  }

  private void collect(Path from, List<Entry> into) {
    try (Stream<Path> paths = Files.list(from)) {
      for (Path path : paths.sorted().toList()) {
        Entry entry =
            new Entry(
                folder
                    .relativize(path)
                    .toString()
                    .replace(path.getFileSystem().getSeparator(), "/"),
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS),
                layout);
        into.add(entry);
        if (entry.isFolder()) {
          collect(path, into);
        }
      }
    } catch (IOException e) {
      throw unreadable(from, e);
    }
  }

  private int names(String name) {
    try {
      return ((Number) Files.getAttribute(path(name), "unix:nlink", LinkOption.NOFOLLOW_LINKS))
          .intValue();
    } catch (UnsupportedOperationException | IllegalArgumentException notUnix) {
      return 1;
    } catch (IOException e) {
      throw unreadable(path(name), e);
    }
  }

  private static InvalidRequest unreadable(Path path, IOException e) {
    return new InvalidRequest(path + " cannot be read: " + e.getMessage(), e);
  }
}
