package palimpsest.dossier;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Set;

/**
 * Writes HTML that is also well-formed XML; whatever is not markup of this class is escaped, and
 * characters that could mislead a reader are spelled out.
 */
final class Html {
  private static final Set<String> TAGS =
      Set.of(
          "html",
          "head",
          "meta",
          "title",
          "style",
          "body",
          "header",
          "main",
          "footer",
          "nav",
          "section",
          "article",
          "h1",
          "h2",
          "h3",
          "h4",
          "p",
          "ul",
          "ol",
          "li",
          "dl",
          "dt",
          "dd",
          "div",
          "span",
          "strong",
          "em",
          "mark",
          "code",
          "pre",
          "a",
          "bdi",
          "figure",
          "figcaption",
          "table",
          "caption",
          "thead",
          "tbody",
          "tr",
          "th",
          "td",
          "details",
          "summary",
          "blockquote",
          "svg",
          "g",
          "desc",
          "path",
          "line",
          "circle",
          "rect",
          "polyline",
          "text");
  private static final Set<String> ATTRIBUTES =
      Set.of(
          "class",
          "id",
          "href",
          "lang",
          "dir",
          "charset",
          "name",
          "content",
          "http-equiv",
          "scope",
          "colspan",
          "role",
          "aria-label",
          "aria-labelledby",
          "aria-hidden",
          "tabindex",
          "viewBox",
          "d",
          "x",
          "y",
          "x1",
          "x2",
          "y1",
          "y2",
          "cx",
          "cy",
          "r",
          "width",
          "height",
          "points",
          "text-anchor",
          "transform");

  private final StringBuilder out = new StringBuilder("<!DOCTYPE html>\n");
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes as name, value, name, value. */
  Html open(String tag, String... attributes) {
    start(tag, attributes);
    out.append('>');
    open.push(tag);
    return this;
  }

  Html close() {
    out.append("</").append(open.pop()).append('>');
    if (open.size() <= 4) {
      out.append('\n');
    }
    return this;
  }

  /** An element without content. */
  Html empty(String tag, String... attributes) {
    start(tag, attributes);
    out.append("/>");
    return this;
  }

  /** An element with text. */
  Html leaf(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  Html text(String text) {
    escape(text, out);
    return this;
  }

  /** Text of unknown language and direction, kept apart from what surrounds it. */
  Html foreign(String text) {
    return leaf("bdi", text);
  }

  /** A header row. */
  Html head(String... titles) {
    open("thead").open("tr");
    for (String title : titles) {
      leaf("th", title, "scope", "col");
    }
    return close().close();
  }

  /** A picture that stands in the page itself. */
  Html picture(String png, String alt) {
    out.append("<img src=\"data:image/png;base64,");
    escape(png, out);
    out.append("\" alt=\"");
    escape(alt, out);
    out.append("\"/>");
    return this;
  }

  /** The style sheet, which is our own file and has nothing to escape. */
  Html style(String css) {
    if (css.indexOf('<') >= 0 || css.indexOf('&') >= 0) {
      throw new IllegalArgumentException("style sheet holds markup");
    }
    open("style");
    out.append(css);
    return close();
  }

  String finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("elements left open: " + open);
    }
    return out.append('\n').toString();
  }

  private void start(String tag, String... attributes) {
    if (!TAGS.contains(tag) || attributes.length % 2 != 0) {
      throw new IllegalArgumentException("no such element or odd attributes: " + tag);
    }
    out.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      if (!ATTRIBUTES.contains(attributes[i])) {
        throw new IllegalArgumentException("no such attribute: " + attributes[i]);
      }
      out.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1], out);
      out.append('"');
    }
  }

  private static void escape(String text, StringBuilder out) {
    text.codePoints().forEach(c -> escape(c, out));
  }

  private static void escape(int c, StringBuilder out) {
    switch (c) {
      case '&' -> out.append("&amp;");
      case '<' -> out.append("&lt;");
      case '>' -> out.append("&gt;");
      case '"' -> out.append("&quot;");
      case '\'' -> out.append("&#39;");
      default -> {
        if (misleads(c)) {
          out.append(String.format(Locale.ROOT, "[U+%04X]", c));
        } else {
          out.appendCodePoint(c);
        }
      }
    }
  }

  /** Text with misleading characters spelled out, unescaped: for messages on a terminal. */
  static String visible(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .forEach(
            c -> {
              if (misleads(c) || c == '\n' || c == '\t') {
                out.append(String.format(Locale.ROOT, "[U+%04X]", c));
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }

  /** At most {@code most} UTF-16 units, and how many are missing. */
  static String clip(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
    return text.substring(0, end) + "… (" + (text.length() - end) + " more characters)";
  }

  /** Controls, direction overrides, invisible and unpaired characters. */
  private static boolean misleads(int c) {
    return (c < 0x20 && c != '\n' && c != '\t')
        || (c >= 0x7F && c < 0xA0)
        || c == 0x061C
        || c == 0x200B
        || c == 0x200E
        || c == 0x200F
        || (c >= 0x2028 && c <= 0x202E)
        || (c >= 0x2060 && c <= 0x206F)
        || (c >= 0xD800 && c <= 0xDFFF)
        || (c >= 0xFDD0 && c <= 0xFDEF)
        || c == 0xFEFF
        || (c >= 0xFFF9 && c <= 0xFFFB)
        || (c & 0xFFFE) == 0xFFFE
        || (c >= 0xE0000 && c <= 0xE0FFF);
  }
}
