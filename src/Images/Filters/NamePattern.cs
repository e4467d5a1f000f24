using System.Text;
using ImageSdk.Images.Expressions;

namespace ImageSdk.Images;

/// <summary>
/// An RE2 expression for whole names, such as those of streams: it stands between "^" and "$", which, as in the original, bind to the first
/// and the last branch only where it has several. Matches in time linear in the length of a name. Safe to use from many threads.
/// </summary>
public sealed class NamePattern
{
    readonly PathAutomaton automaton;

    /// <exception cref="FormatException">The text is no expression; the message says why.</exception>
    public NamePattern(string expression)
    {
        Expression = expression;
        try
        {
            automaton = new([PathLine.OfExpression($"^{expression}$")]);
        }
        catch (ExpressionException problem)
        {
            throw new FormatException(problem.Message, problem);
        }
    }

    public string Expression { get; }

    public bool Matches(string name) => automaton.IsMatch(Encoding.UTF8.GetBytes(name));
}
