package palimpsest.torch.text;

import java.util.List;
import java.util.Map;
import palimpsest.torch.text.JinjaStatements.Statement;

/**
 * Renders the chat template of a checkpoint: the part of Jinja that such templates are written in.
 *
 * <p>A template is a program from a stranger. This one can name nothing but the conversation and
 * the words of {@link JinjaWords}: no files, no Java objects, no clock ({@code strftime_now} is
 * undefined, so that a prompt is the same every day). Its work and its output are bounded. Whatever
 * is outside that is an {@link palimpsest.api.UnsupportedModel} that says what and where.
 */
public final class ChatTemplate {
  private static final int LONGEST = 1 << 18;

  private final Statement statement;

  private ChatTemplate(Statement statement) {
    this.statement = statement;
  }

  /** A turn of a conversation; roles are {@code system}, {@code user} and {@code assistant}. */
  public record Message(String role, String content) {}

  /** Reads a template. */
  public static ChatTemplate of(String source) {
    if (source.length() > LONGEST) {
      throw JinjaValue.fault(source.length() + " characters, wanted at most " + LONGEST);
    }
    return new ChatTemplate(JinjaStatements.read(source));
  }

  /**
   * Renders a conversation.
   *
   * @param generationPrompt whether the text ends where the assistant is to speak
   * @param bos spelling of the token that begins a text, empty where there is none
   * @param eos spelling of the end token
   */
  public String render(List<Message> messages, boolean generationPrompt, String bos, String eos) {
    JinjaScope scope = new JinjaScope();
    JinjaWords.define(scope);
    scope.set(
        "messages",
        messages.stream()
            .map(m -> Map.<String, Object>of("role", m.role(), "content", m.content()))
            .toList());
    scope.set("add_generation_prompt", generationPrompt);
    scope.set("tools", JinjaValue.NONE);
    scope.set("documents", JinjaValue.NONE);
    if (!bos.isEmpty()) {
      scope.set("bos_token", bos);
    }
    scope.set("eos_token", eos);
    StringBuilder out = new StringBuilder();
    statement.render(scope, out);
    return out.toString();
  }
}
