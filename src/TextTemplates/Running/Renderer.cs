using System.Runtime.CompilerServices;
using System.Text;
using ImageSdk.TextTemplates.Data;
using ImageSdk.TextTemplates.Errors;
using ImageSdk.TextTemplates.Formatting;
using ImageSdk.TextTemplates.Parsing;
using ImageSdk.TextTemplates.Predefined;

namespace ImageSdk.TextTemplates.Running;

/// <summary>Carries out a template.</summary>
sealed class Renderer(
    string source, IReadOnlyDictionary<string, ListNode> templates, Action<MissingVariable>? missing, CancellationToken cancellation)
{
    const int MaximumOutput = 64 << 20;
    const int MaximumSteps = 20_000_000;
    const int MaximumCalls = 1000;

    readonly StringBuilder output = new();
    List<(string Name, object? Value)> variables = [];
    int steps;
    int calls;

    enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public string Render(VariableTable table)
    {
        variables.Add(("$", table));
        Run(table, templates[""]);
        return output.ToString();
    }

    Flow Run(object? dot, Node node)
    {
        Step(node);
        switch (node)
        {
            case TextNode text:
                Write(node, text.Text);
                break;
            case ListNode list:
                foreach (var child in list.Nodes)
                    if (Run(dot, child) is not Flow.Next and var flow)
                        return flow;
                break;
            case ActionNode action:
                var value = Evaluate(dot, action.Pipe);
                if (action.Pipe.Variables.Count == 0)
                    Print(action, value);
                break;
            case BranchNode branch:
                var outer = variables.Count;
                var ended = branch.Kind == BranchKind.Range ? Range(dot, branch) : Branch(dot, branch);
                variables.RemoveRange(outer, variables.Count - outer);
                return ended;
            case TemplateNode template:
                Call(dot, template);
                break;
            case BreakNode:
                return Flow.Break;
            case ContinueNode:
                return Flow.Continue;
        }
        return Flow.Next;
    }

    void Step(Node node)
    {
        if (++steps > MaximumSteps)
            throw Error(node, $"The template takes more than {MaximumSteps} steps.");
        if ((steps & 0xFFFF) == 0)
            cancellation.ThrowIfCancellationRequested();
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Error(node, "Templates call each other too deeply.");
    }

    void Write(Node node, string text)
    {
        if (output.Length + text.Length > MaximumOutput)
            throw Error(node, $"The template writes more than {MaximumOutput >> 20} MiB.");
        output.Append(text);
    }

    void Print(ActionNode action, object? value)
    {
        if (value is not null)
        {
            Write(action, Printing.Print([value]));
            return;
        }
        Write(action, Functions.NoValue);
        missing?.Invoke(new(action.Pipe.Commands[^1].Arguments[0] switch
        {
            FieldNode or VariableNode => action.Pipe.Commands[^1].Arguments[0].ToString()!,
            _ => "the pipeline",
        }, TemplatePlace.Of(source, action.Position)));
    }

    Flow Branch(object? dot, BranchNode branch)
    {
        var value = Evaluate(dot, branch.Pipe);
        if (Values.IsTrue(value))
            return Run(branch.Kind == BranchKind.With ? value : dot, branch.Body);
        return branch.Else is { } otherwise ? Run(dot, otherwise) : Flow.Next;
    }

    Flow Range(object? dot, BranchNode branch)
    {
        var value = Evaluate(dot, branch.Pipe);
        var any = false;
        var mark = variables.Count;
        foreach (var (key, element) in Elements(branch, value))
        {
            any = true;
            Step(branch);
            SetLoopVariables(branch, key, element, value is long);
            var flow = Run(element, branch.Body);
            variables.RemoveRange(mark, variables.Count - mark);
            if (flow == Flow.Break)
                break;
        }
        return any || branch.Else is not { } otherwise ? Flow.Next : Run(dot, otherwise);
    }

    void SetLoopVariables(BranchNode branch, object? key, object? element, bool isCount)
    {
        var names = branch.Pipe.Variables;
        if (names.Count > 1 && isCount)
            throw Error(branch, "A range over a number has one variable.");
        if (names.Count == 0)
            return;
        if (branch.Pipe.Assigns)
        {
            Assign(branch, names[0], names.Count > 1 ? key : element);
            if (names.Count > 1)
                Assign(branch, names[1], element);
            return;
        }
        // The pipeline has declared them already.
        variables[^1] = variables[^1] with { Value = element };
        if (names.Count > 1)
            variables[^2] = variables[^2] with { Value = key };
    }

    IEnumerable<(object? Key, object? Element)> Elements(BranchNode branch, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case VariableTable table:
                foreach (var (name, text) in table.Values)
                    yield return (name, text);
                break;
            case long or byte:
                var count = Convert.ToInt64(value);
                for (var index = 0L; index < count; index++)
                    yield return (index, index);
                break;
            default:
                throw Error(branch, $"range can't go over a value of type {Values.TypeOf(value)}.");
        }
    }

    void Call(object? dot, TemplateNode call)
    {
        if (!templates.TryGetValue(call.Name, out var body) || call.Name.Length == 0)
            throw Error(call, $"There is no template \"{ByteText.ToUtf16(call.Name)}\". Define it with {{{{define \"{ByteText.ToUtf16(call.Name)}\"}}}} in this file.");
        if (++calls > MaximumCalls)
            throw Error(call, $"Templates call each other more than {MaximumCalls} deep.");
        var value = call.Pipe is null ? null : Evaluate(dot, call.Pipe);
        var outer = variables;
        variables = [("$", value)];
        Run(value, body);
        variables = outer;
        calls--;
    }

    object? Evaluate(object? dot, PipeNode pipe)
    {
        Step(pipe);
        object? value = null;
        var isPiped = false;
        foreach (var command in pipe.Commands)
        {
            value = Evaluate(dot, command, isPiped, value);
            isPiped = true;
        }
        foreach (var name in pipe.Variables)
            if (pipe.Assigns)
                Assign(pipe, name, value);
            else
                variables.Add((name, value));
        return value;
    }

    object? Evaluate(object? dot, CommandNode command, bool isPiped, object? piped)
    {
        var first = command.Arguments[0];
        if (first is FunctionNode function)
            return Call(dot, function, command.Arguments.Skip(1), isPiped, piped);
        if (command.Arguments.Count > 1 || isPiped)
            throw Error(first, "This is no function: it takes no arguments.");
        return first is NilNode ? throw Error(first, "nil alone is no value to write.") : Value(dot, first);
    }

    object? Value(object? dot, Node node)
    {
        Step(node);
        switch (node)
        {
            case DotNode:
                return dot;
            case NilNode:
                return null;
            case ConstantNode constant:
                return constant.Value;
            case FieldNode field:
                return Fields(field, dot, field.Names);
            case VariableNode variable:
                return Fields(variable, Find(variable, variable.Name), variable.Fields);
            case ChainNode chain:
                return Fields(chain, chain.Of is NilNode ? throw Error(chain, "nil has no fields.") : Value(dot, chain.Of), chain.Fields);
            case PipeNode pipe:
                return Evaluate(dot, pipe);
            case FunctionNode function:
                return Call(dot, function, [], isPiped: false, piped: null);
            default:
                throw new InvalidOperationException($"No value: {node.GetType().Name}");
        }
    }

    object? Fields(Node node, object? of, IReadOnlyList<string> names)
    {
        foreach (var name in names)
            of = of switch
            {
                null => null,
                VariableTable table => table.Find(name),
                _ => throw Error(node, $"A value of type {Values.TypeOf(of)} has no field \"{ByteText.ToUtf16(name)}\"."),
            };
        return of;
    }

    object? Call(object? dot, FunctionNode node, IEnumerable<Node> arguments, bool isPiped, object? piped)
    {
        var function = Functions.Table[node.Name];
        var nodes = arguments as IReadOnlyList<Node> ?? [.. arguments];
        var count = nodes.Count + (isPiped ? 1 : 0);
        if (count < function.Least || (function.Most >= 0 && count > function.Most))
            throw Error(node, $"{node.Name} takes {(function.Most == function.Least ? "" : "at least ")}{function.Least} arguments; found {count}.");
        if (node.Name is "and" or "or")
        {
            object? last = null;
            foreach (var argument in nodes)
                if (Values.IsTrue(last = Value(dot, argument)) == (node.Name == "or"))
                    return last;
            return isPiped ? piped : last;
        }
        var values = new object?[count];
        for (var index = 0; index < nodes.Count; index++)
            values[index] = Value(dot, nodes[index]);
        if (isPiped)
            values[^1] = piped;
        try
        {
            return function.Call(values);
        }
        catch (RunException exception)
        {
            throw Error(node, $"{node.Name}: {exception.Message}.");
        }
    }

    object? Find(Node node, string name) => variables[IndexOf(node, name)].Value;

    void Assign(Node node, string name, object? value) => variables[IndexOf(node, name)] = (name, value);

    int IndexOf(Node node, string name)
    {
        var index = variables.FindLastIndex(variable => variable.Name == name);
        return index >= 0 ? index : throw Error(node, $"There is no variable \"{ByteText.ToUtf16(name)}\" yet. Declare it with \":=\".");
    }

    TemplateException Error(Node node, string message) => new(source, node.Position, message);
}
