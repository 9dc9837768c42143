package palimpsest.torch.text;

import java.util.List;
import palimpsest.api.UnsupportedModel;
import palimpsest.torch.text.JinjaLexer.Kind;
import palimpsest.torch.text.JinjaLexer.Token;

/** A place among the tokens of a template. */
final class JinjaCursor {
  private static final int LONGEST_SHOWN = 30;

  private final List<Token> tokens;
  private int at;

  JinjaCursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  /** The token after the one at hand. */
  Token after() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** Takes the token at hand; the last one is never taken. */
  Token next() {
    Token token = tokens.get(at);
    at = Math.min(at + 1, tokens.size() - 1);
    return token;
  }

  boolean has(Kind kind, String spelling) {
    if (peek().is(kind, spelling)) {
      next();
      return true;
    }
    return false;
  }

  boolean hasWord(String word) {
    return has(Kind.NAME, word);
  }

  boolean hasOperator(String operator) {
    return has(Kind.OPERATOR, operator);
  }

  void expect(Kind kind, String spelling) {
    if (!has(kind, spelling)) {
      throw unexpected("wanted " + spelling);
    }
  }

  String name() {
    if (peek().kind() != Kind.NAME) {
      throw unexpected("wanted a name");
    }
    return next().text();
  }

  UnsupportedModel unexpected(String wanted) {
    String got = peek().kind() == Kind.END ? "the end" : peek().text();
    String shown = got.length() > LONGEST_SHOWN ? got.substring(0, LONGEST_SHOWN) + "..." : got;
    return new UnsupportedModel(
        "chat template, line "
            + peek().line()
            + ": got "
            + shown.replaceAll("\\p{Cntrl}", "?")
            + ", "
            + wanted);
  }
}
