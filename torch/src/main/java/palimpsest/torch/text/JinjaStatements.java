package palimpsest.torch.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import palimpsest.torch.text.JinjaExpressions.Expression;
import palimpsest.torch.text.JinjaLexer.Kind;
import palimpsest.torch.text.JinjaLexer.Token;

/** Reads the statements of a template into what renders them. */
final class JinjaStatements {
  private static final int DEEPEST = 50;

  /** What happens after a statement. */
  enum Then {
    GO_ON,
    BREAK,
    CONTINUE
  }

  /** Something that makes text. */
  @FunctionalInterface
  interface Statement {
    Then render(JinjaScope scope, StringBuilder out);
  }

  private final JinjaCursor in;
  private final JinjaExpressions expressions;
  private int depth;

  private JinjaStatements(List<Token> tokens) {
    this.in = new JinjaCursor(tokens);
    this.expressions = new JinjaExpressions(in);
  }

  static Statement read(String source) {
    JinjaStatements statements = new JinjaStatements(JinjaLexer.tokens(source));
    Statement all = statements.block();
    statements.in.expect(Kind.END, "");
    return all;
  }

  /** Statements up to the tag that ends them, whose opening is then behind. */
  private Statement block() {
    if (++depth > DEEPEST) {
      throw in.unexpected("wanted at most " + DEEPEST + " levels");
    }
    List<Statement> statements = new ArrayList<>();
    while (in.peek().kind() != Kind.END) {
      if (in.peek().kind() == Kind.TEXT) {
        String text = in.next().text();
        statements.add((scope, out) -> print(text, scope, out));
      } else if (in.has(Kind.OPEN, "{{")) {
        Expression value = expressions.whole();
        in.expect(Kind.CLOSE, "}}");
        statements.add((s, out) -> print(JinjaValue.text(value.value(s)), s, out));
      } else {
        in.expect(Kind.OPEN, "{%");
        Optional<Statement> statement = statement();
        if (statement.isEmpty()) {
          break;
        }
        statements.add(statement.get());
      }
    }
    depth--;
    return (scope, out) -> all(statements, scope, out);
  }

  private static Then print(String text, JinjaScope scope, StringBuilder out) {
    scope.spend(1 + (long) text.length());
    out.append(text);
    return Then.GO_ON;
  }

  private static Then all(List<Statement> statements, JinjaScope scope, StringBuilder out) {
    for (Statement statement : statements) {
      Then then = statement.render(scope, out);
      if (then != Then.GO_ON) {
        return then;
      }
    }
    return Then.GO_ON;
  }

  /** The statement at hand, empty before a word that ends or divides one. */
  private Optional<Statement> statement() {
    if (in.hasWord("if")) {
      return Optional.of(condition());
    } else if (in.hasWord("for")) {
      return Optional.of(loop());
    } else if (in.hasWord("set")) {
      return Optional.of(assignment());
    } else if (in.hasWord("break")) {
      return Optional.of(jump(Then.BREAK));
    } else if (in.hasWord("continue")) {
      return Optional.of(jump(Then.CONTINUE));
    } else if (in.hasWord("generation")) { // marks what the assistant said
      close();
      return Optional.of(upTo("endgeneration"));
    }
    String word = in.peek().text();
    if (word.startsWith("end") || word.equals("elif") || word.equals("else")) {
      return Optional.empty();
    }
    throw in.unexpected("wanted a statement that is supported: if, for, set");
  }

  private void close() {
    in.expect(Kind.CLOSE, "%}");
  }

  private Statement upTo(String end) {
    Statement body = block();
    in.expect(Kind.NAME, end);
    close();
    return body;
  }

  private Statement jump(Then then) {
    close();
    return (scope, out) -> then;
  }

  private Statement condition() {
    Map<Expression, Statement> branches = new LinkedHashMap<>();
    Statement otherwise = (scope, out) -> Then.GO_ON;
    do {
      Expression condition = expressions.whole();
      close();
      branches.put(condition, block());
    } while (in.hasWord("elif"));
    if (in.hasWord("else")) {
      close();
      otherwise = block();
    }
    in.expect(Kind.NAME, "endif");
    close();
    Statement last = otherwise;
    return (scope, out) -> {
      for (Map.Entry<Expression, Statement> branch : branches.entrySet()) {
        if (JinjaValue.truth(branch.getKey().value(scope))) {
          return branch.getValue().render(scope, out);
        }
      }
      return last.render(scope, out);
    };
  }

  /** Plain names, parts of a namespace, and blocks of text. */
  private Statement assignment() {
    String name = in.name();
    if (in.hasOperator(".")) {
      String part = in.name();
      in.expect(Kind.OPERATOR, "=");
      Expression value = expressions.whole();
      close();
      return (scope, out) -> setPart(name, part, value.value(scope), scope);
    }
    if (in.hasOperator("=")) {
      Expression value = expressions.whole();
      close();
      return (scope, out) -> set(name, value.value(scope), scope);
    }
    close();
    Statement body = upTo("endset");
    return (scope, out) -> {
      StringBuilder text = new StringBuilder();
      body.render(scope.inner(), text);
      return set(name, text.toString(), scope);
    };
  }

  private static Then set(String name, Object value, JinjaScope scope) {
    scope.spend(1);
    scope.set(name, value);
    return Then.GO_ON;
  }

  private static Then setPart(String name, String part, Object value, JinjaScope scope) {
    if (!(scope.get(name) instanceof JinjaNamespace namespace)) {
      throw JinjaValue.fault("sets a part of " + name + ", which is not a namespace");
    }
    scope.spend(1);
    namespace.put(part, value);
    return Then.GO_ON;
  }

  private Statement loop() {
    List<String> names = new ArrayList<>(List.of(in.name()));
    while (in.hasOperator(",")) {
      names.add(in.name());
    }
    in.expect(Kind.NAME, "in");
    Expression over = expressions.withoutCondition();
    Expression condition = in.hasWord("if") ? expressions.whole() : scope -> true;
    close();
    Statement body = block();
    Statement otherwise = (scope, out) -> Then.GO_ON;
    if (in.hasWord("else")) {
      close();
      otherwise = block();
    }
    in.expect(Kind.NAME, "endfor");
    close();
    Statement none = otherwise;
    return (scope, out) -> {
      List<Object> items = new ArrayList<>();
      for (Object item : JinjaValue.items(over.value(scope), scope)) {
        if (JinjaValue.truth(condition.value(bind(names, item, scope.inner())))) {
          items.add(item);
        }
      }
      return items.isEmpty() ? none.render(scope, out) : run(names, items, body, scope, out);
    };
  }

  private static Then run(
      List<String> names, List<Object> items, Statement body, JinjaScope scope, StringBuilder out) {
    for (int i = 0; i < items.size(); i++) {
      JinjaScope inner = bind(names, items.get(i), scope.inner());
      inner.set("loop", place(i, items));
      if (body.render(inner, out) == Then.BREAK) {
        break;
      }
    }
    return Then.GO_ON;
  }

  private static Map<String, Object> place(int i, List<Object> items) {
    Map<String, Object> loop = new LinkedHashMap<>();
    int n = items.size();
    loop.put("index", i + 1L);
    loop.put("index0", (long) i);
    loop.put("revindex", (long) n - i);
    loop.put("revindex0", n - i - 1L);
    loop.put("first", i == 0);
    loop.put("last", i == n - 1);
    loop.put("length", (long) n);
    loop.put("previtem", i == 0 ? JinjaValue.UNDEFINED : items.get(i - 1));
    loop.put("nextitem", i == n - 1 ? JinjaValue.UNDEFINED : items.get(i + 1));
    return loop;
  }

  private static JinjaScope bind(List<String> names, Object item, JinjaScope scope) {
    scope.spend(1);
    if (names.size() == 1) {
      scope.set(names.get(0), item);
      return scope;
    }
    if (!(item instanceof List<?> parts) || parts.size() != names.size()) {
      throw JinjaValue.fault("takes " + names.size() + " names from something else");
    }
    for (int i = 0; i < names.size(); i++) {
      scope.set(names.get(i), parts.get(i));
    }
    return scope;
  }
}
