package palimpsest.torch.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import palimpsest.torch.text.JinjaLexer.Kind;
import palimpsest.torch.text.JinjaLexer.Token;

/** Reads expressions, loosest binding first, into what evaluates them. */
final class JinjaExpressions {
  /** Bounds the recursion of reading and, with the parts, of evaluating. */
  private static final int DEEPEST = 100;

  private static final int MOST_PARTS = 1000;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", ">", "<=", ">=");

  /** Something that has a value. */
  @FunctionalInterface
  interface Expression {
    Object value(JinjaScope scope);
  }

  private final JinjaCursor in;
  private int depth;
  private int parts;

  JinjaExpressions(JinjaCursor in) {
    this.in = in;
  }

  /** A whole expression; a tuple without parentheses is not one. */
  Expression whole() {
    parts = 0;
    return conditional();
  }

  /** Counts one more part and charges for it whenever it is evaluated. */
  private Expression part(Expression expression) {
    if (++parts > MOST_PARTS) {
      throw in.unexpected("wanted an expression of at most " + MOST_PARTS + " parts");
    }
    return scope -> {
      scope.spend(1);
      return expression.value(scope);
    };
  }

  private Expression conditional() {
    if (++depth > DEEPEST) {
      throw in.unexpected("wanted at most " + DEEPEST + " levels");
    }
    Expression then = or();
    Expression result = then;
    if (in.hasWord("if")) {
      Expression condition = or();
      Expression otherwise = in.hasWord("else") ? conditional() : scope -> JinjaValue.UNDEFINED;
      result = part(s -> JinjaValue.truth(condition.value(s)) ? then.value(s) : otherwise.value(s));
    }
    depth--;
    return result;
  }

  /** For {@code for x in HERE if condition}, whose {@code if} is the loop's. */
  Expression withoutCondition() {
    parts = 0;
    return or();
  }

  private Expression or() {
    Expression left = and();
    while (in.hasWord("or")) {
      Expression a = left;
      Expression b = and();
      left = part(s -> orElse(a.value(s), b, s));
    }
    return left;
  }

  private static Object orElse(Object a, Expression b, JinjaScope scope) {
    return JinjaValue.truth(a) ? a : b.value(scope);
  }

  private Expression and() {
    Expression left = not();
    while (in.hasWord("and")) {
      Expression a = left;
      Expression b = not();
      left = part(s -> andThen(a.value(s), b, s));
    }
    return left;
  }

  private static Object andThen(Object a, Expression b, JinjaScope scope) {
    return JinjaValue.truth(a) ? b.value(scope) : a;
  }

  private Expression not() {
    if (!in.hasWord("not")) {
      return comparison();
    }
    if (++depth > DEEPEST) {
      throw in.unexpected("wanted at most " + DEEPEST + " levels");
    }
    Expression negated = not();
    depth--;
    return part(s -> !JinjaValue.truth(negated.value(s)));
  }

  private Expression comparison() {
    Expression a = sum();
    boolean negated = in.peek().is(Kind.NAME, "not") && in.after().is(Kind.NAME, "in");
    if (negated) {
      in.next();
    }
    if (in.hasWord("in")) {
      Expression b = sum();
      return part(s -> JinjaValue.contains(b.value(s), a.value(s), s) != negated);
    }
    if (in.peek().kind() != Kind.OPERATOR || !COMPARISONS.contains(in.peek().text())) {
      return a;
    }
    String operator = in.next().text();
    Expression b = sum();
    if (in.peek().kind() == Kind.OPERATOR && COMPARISONS.contains(in.peek().text())) {
      throw in.unexpected("wanted no second comparison");
    }
    return part(s -> compare(operator, a.value(s), b.value(s)));
  }

  private static boolean compare(String operator, Object a, Object b) {
    if (operator.equals("==") || operator.equals("!=")) {
      return JinjaValue.same(a, b) == operator.equals("==");
    }
    int order = JinjaValue.compare(a, b);
    return order == 0 ? operator.endsWith("=") : order < 0 == operator.startsWith("<");
  }

  private Expression sum() {
    return chain(0);
  }

  /** Left-associative operators: sums of joins of products. */
  private Expression chain(int level) {
    List<String> operators =
        List.of(List.of("+", "-"), List.of("~"), List.of("*", "/", "//", "%")).get(level);
    Expression left = level == 2 ? signed() : chain(level + 1);
    while (in.peek().kind() == Kind.OPERATOR && operators.contains(in.peek().text())) {
      String operator = in.next().text();
      Expression a = left;
      Expression b = level == 2 ? signed() : chain(level + 1);
      left = part(s -> JinjaValue.arithmetic(operator, a.value(s), b.value(s), s));
    }
    return left;
  }

  private Expression signed() {
    if (!in.hasOperator("-")) {
      return filtered();
    }
    Expression number = filtered();
    return part(s -> JinjaValue.arithmetic("-", 0L, number.value(s), s));
  }

  private Expression filtered() {
    Expression value = primary();
    while (true) {
      Expression inner = value;
      if (in.hasOperator(".")) {
        value = attribute(inner);
      } else if (in.hasOperator("[")) {
        value = subscript(inner);
      } else if (in.hasOperator("(")) {
        Arguments arguments = arguments();
        value = part(s -> call(inner.value(s), arguments, s));
      } else if (in.hasOperator("|")) {
        String name = in.name();
        Arguments arguments = in.hasOperator("(") ? arguments() : Arguments.NONE;
        value = part(s -> JinjaWords.filter(name, inner.value(s), arguments.values(s), s));
      } else if (in.hasWord("is")) {
        value = test(inner);
      } else {
        return value;
      }
    }
  }

  private Expression test(Expression inner) {
    boolean negated = in.hasWord("not");
    String name = in.name();
    Arguments arguments = in.hasOperator("(") ? arguments() : Arguments.NONE;
    return part(s -> JinjaWords.test(name, inner.value(s), arguments.values(s), s) != negated);
  }

  private static Object call(Object callee, Arguments arguments, JinjaScope scope) {
    if (callee instanceof JinjaValue.Function function) {
      return function.call(arguments.values(scope), arguments.named(scope), scope);
    }
    throw JinjaValue.fault("calls something that is not a function it may use");
  }

  private Expression attribute(Expression inner) {
    String name = in.name();
    if (!in.hasOperator("(")) {
      return part(s -> JinjaValue.item(inner.value(s), name, s));
    }
    Arguments arguments = arguments();
    return part(s -> JinjaWords.method(inner.value(s), name, arguments.values(s), s));
  }

  private Expression subscript(Expression inner) {
    Expression[] ends = new Expression[3];
    int n = 0;
    boolean slice = false;
    while (!in.hasOperator("]")) {
      if (in.hasOperator(":")) {
        slice = true;
        n++;
      } else {
        ends[Math.min(n, 2)] = conditional();
      }
      if (n > 2) {
        throw in.unexpected("wanted ]");
      }
    }
    if (!slice) {
      Expression key = orNone(ends[0]);
      return part(s -> JinjaValue.item(inner.value(s), key.value(s), s));
    }
    Expression from = orNone(ends[0]);
    Expression to = orNone(ends[1]);
    Expression by = orNone(ends[2]);
    return part(s -> JinjaValue.slice(inner.value(s), from.value(s), to.value(s), by.value(s), s));
  }

  private static Expression orNone(@Nullable Expression expression) {
    return expression == null ? s -> JinjaValue.NONE : expression;
  }

  private record Arguments(List<Expression> positional, Map<String, Expression> byName) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    List<Object> values(JinjaScope scope) {
      List<Object> values = new ArrayList<>();
      positional.forEach(each -> values.add(each.value(scope)));
      return values;
    }

    Map<String, Object> named(JinjaScope scope) {
      Map<String, Object> values = new LinkedHashMap<>();
      byName.forEach((name, each) -> values.put(name, each.value(scope)));
      return values;
    }
  }

  private Arguments arguments() {
    Arguments arguments = new Arguments(new ArrayList<>(), new LinkedHashMap<>());
    while (!in.hasOperator(")")) {
      if (in.peek().kind() == Kind.NAME && in.after().is(Kind.OPERATOR, "=")) {
        String name = in.name();
        in.next();
        arguments.byName.put(name, conditional());
      } else {
        arguments.positional.add(conditional());
      }
      if (!in.hasOperator(",") && !in.peek().is(Kind.OPERATOR, ")")) {
        throw in.unexpected("wanted , or )");
      }
    }
    return arguments;
  }

  private Expression primary() {
    Token token = in.peek();
    return switch (token.kind()) {
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (in.peek().kind() == Kind.STRING) {
          text.append(in.next().text());
        }
        yield constant(text.toString());
      }
      case INTEGER, FLOAT -> constant(number(in.next()));
      case NAME -> named(in.next().text());
      default -> {
        if (in.hasOperator("(")) {
          Expression inner = conditional();
          in.expect(Kind.OPERATOR, ")");
          yield inner;
        }
        if (in.hasOperator("[")) {
          yield list();
        }
        throw in.unexpected("wanted a value");
      }
    };
  }

  private Object number(Token token) {
    if (token.text().length() > 18) {
      throw in.unexpected("wanted a number of at most 18 digits before it");
    }
    return token.kind() == Kind.FLOAT
        ? (Object) Double.valueOf(token.text())
        : Long.valueOf(token.text());
  }

  private Expression constant(Object value) {
    return part(s -> value);
  }

  private Expression named(String name) {
    return switch (name) {
      case "true", "True" -> constant(true);
      case "false", "False" -> constant(false);
      case "none", "None" -> constant(JinjaValue.NONE);
      default -> part(s -> s.get(name));
    };
  }

  private Expression list() {
    List<Expression> items = new ArrayList<>();
    while (!in.hasOperator("]")) {
      items.add(conditional());
      if (!in.hasOperator(",") && !in.peek().is(Kind.OPERATOR, "]")) {
        throw in.unexpected("wanted , or ]");
      }
    }
    return part(
        s -> {
          List<Object> values = new ArrayList<>();
          items.forEach(each -> values.add(each.value(s)));
          return values;
        });
  }
}
