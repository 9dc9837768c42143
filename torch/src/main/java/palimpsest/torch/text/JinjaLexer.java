package palimpsest.torch.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import palimpsest.api.UnsupportedModel;

/**
 * Cuts a template into text and the tokens of its tags, with {@code trim_blocks} and {@code
 * lstrip_blocks} on, as chat templates are rendered everywhere.
 */
final class JinjaLexer {
  private static final Set<String> LONG_OPERATORS = Set.of("==", "!=", "<=", ">=", "//", "**");
  private static final String OPERATORS = "+-*/%~<>=()[]{},.:|";
  private static final String ESCAPES = "n\nt\tr\rb\bf\f\\\\'\'\"\"";

  enum Kind {
    /** Text between the tags. */
    TEXT,
    /** The begin of a tag, two characters. */
    OPEN,
    /** The end of a tag. */
    CLOSE,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  record Token(Kind kind, String text, int line) {
    boolean is(Kind wanted, String spelling) {
      return kind == wanted && text.equals(spelling);
    }
  }

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private int lineAt;

  private JinjaLexer(String source) {
    String unix = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = unix.endsWith("\n") ? unix.substring(0, unix.length() - 1) : unix;
  }

  static List<Token> tokens(String source) {
    JinjaLexer lexer = new JinjaLexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    boolean stripLeft = false;
    boolean trimNewline = false;
    while (at < source.length()) {
      int open = nextTag();
      text(open, stripLeft, trimNewline);
      if (open == source.length()) {
        break;
      }
      char kind = source.charAt(open + 1);
      at = open + 2;
      if (at < source.length() && "-+".indexOf(source.charAt(at)) >= 0) {
        at++;
      }
      if (kind == '#') {
        at = source.indexOf("#}", at);
        if (at < 0) {
          throw fault("a comment does not end");
        }
        stripLeft = source.charAt(at - 1) == '-';
        at += 2;
      } else {
        add(Kind.OPEN, kind == '{' ? "{{" : "{%");
        stripLeft = tag(kind == '{' ? "}}" : "%}");
      }
      trimNewline = kind != '{' && source.charAt(at - 3) != '+';
    }
    add(Kind.END, "");
  }

  private int nextTag() {
    for (int i = at; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private void text(int open, boolean stripLeft, boolean trimNewline) {
    int from = at;
    if (stripLeft) {
      while (from < open && JinjaValue.isSpace(source.charAt(from))) {
        from++;
      }
    } else if (trimNewline && from < open && source.charAt(from) == '\n') {
      from++;
    }
    int to = Math.max(from, textEnd(from, open));
    if (to > from) {
      add(Kind.TEXT, source.substring(from, to));
    }
    at = open;
  }

  private int textEnd(int from, int open) {
    char mark = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
    int to = open;
    if (open < source.length() && mark == '-') {
      while (to > from && JinjaValue.isSpace(source.charAt(to - 1))) {
        to--;
      }
    } else if (open < source.length() && mark != '+' && source.charAt(open + 1) != '{') {
      while (to > 0 && source.charAt(to - 1) != '\n' && JinjaValue.isSpace(source.charAt(to - 1))) {
        to--;
      }
      to = to == 0 || source.charAt(to - 1) == '\n' ? to : open;
    }
    return to;
  }

  /** Reads up to the tag's end; true where it strips the white space that follows. */
  private boolean tag(String close) {
    int depth = 0;
    while (at < source.length()) {
      char c = source.charAt(at);
      boolean marked = c == '-' || c == '+';
      if (depth == 0 && source.startsWith(close, marked ? at + 1 : at)) {
        at += marked ? 3 : 2;
        add(Kind.CLOSE, close);
        return c == '-';
      }
      depth += "([{".indexOf(c) >= 0 ? 1 : ")]}".indexOf(c) >= 0 ? -1 : 0;
      token(c);
    }
    throw fault("a tag does not end");
  }

  private void token(char c) {
    int from = at;
    if (JinjaValue.isSpace(c)) {
      at++;
    } else if (c == '\'' || c == '"') {
      string(c);
    } else if (c >= '0' && c <= '9') {
      number(from);
    } else if (c == '_' || Character.isLetter(c)) {
      while (at < source.length() && isNamePart(source.charAt(at))) {
        at++;
      }
      add(Kind.NAME, source.substring(from, at));
    } else if (LONG_OPERATORS.contains(source.substring(at, Math.min(at + 2, source.length())))) {
      at += 2;
      add(Kind.OPERATOR, source.substring(from, at));
    } else if (OPERATORS.indexOf(c) >= 0) {
      at++;
      add(Kind.OPERATOR, String.valueOf(c));
    } else {
      throw fault("unexpected character U+" + Integer.toHexString(c));
    }
  }

  private static boolean isNamePart(char c) {
    return c == '_' || Character.isLetterOrDigit(c);
  }

  private void number(int from) {
    digits();
    boolean fraction =
        at + 1 < source.length()
            && source.charAt(at) == '.'
            && Character.isDigit(source.charAt(at + 1));
    if (fraction) {
      at++;
      digits();
    }
    add(fraction ? Kind.FLOAT : Kind.INTEGER, source.substring(from, at));
  }

  private void digits() {
    while (at < source.length() && source.charAt(at) >= '0' && source.charAt(at) <= '9') {
      at++;
    }
  }

  private void string(char quote) {
    StringBuilder value = new StringBuilder();
    for (at++; at < source.length() && source.charAt(at) != quote; at++) {
      char c = source.charAt(at);
      if (c == '\\' && at + 1 < source.length()) {
        escape(value);
      } else {
        value.append(c);
      }
    }
    if (at >= source.length()) {
      throw fault("a string does not end");
    }
    at++;
    add(Kind.STRING, value.toString());
  }

  private void escape(StringBuilder value) {
    char c = source.charAt(++at);
    int digits = c == 'x' ? 2 : c == 'u' ? 4 : 0;
    if (digits > 0) {
      int end = Math.min(source.length(), at + 1 + digits);
      String hex = source.substring(at + 1, end);
      if (!hex.matches("[0-9a-fA-F]{" + digits + "}")) {
        throw fault("a broken \\" + c + " escape");
      }
      value.append((char) Integer.parseInt(hex, 16));
      at += digits;
      return;
    }
    for (int i = 0; i < ESCAPES.length(); i += 2) {
      if (ESCAPES.charAt(i) == c) {
        value.append(ESCAPES.charAt(i + 1));
        return;
      }
    }
    value.append('\\').append(c);
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, line()));
  }

  private int line() {
    for (; lineAt < Math.min(at, source.length()); lineAt++) {
      line += source.charAt(lineAt) == '\n' ? 1 : 0;
    }
    return line;
  }

  private UnsupportedModel fault(String what) {
    at = at < 0 ? source.length() : at;
    return new UnsupportedModel("chat template, line " + line() + ": " + what);
  }
}
