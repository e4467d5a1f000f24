using System.Collections;
using System.Reflection;
using System.Text;
using ImageSdk.Contracts.Messages;

namespace ImageSdk.Building.Tests.Stages;

/// <summary>
/// Every type of message that there is, with something in all its parts: who adds a type or a part without a form for it learns it here.
/// </summary>
public class WorkerMessagesTests
{
    static readonly NullabilityInfoContext nullability = new();

    public static TheoryData<string> Requests => new(ConcreteTypes(typeof(WorkerRequest)).Select(type => type.Name));

    public static TheoryData<string> Events => new(ConcreteTypes(typeof(WorkerEvent)).Select(type => type.Name));

    public static TheoryData<string> Operations => new(ConcreteTypes(typeof(StageOperation)).Select(type => type.Name));

    [Theory, MemberData(nameof(Requests))]
    public void Requests_arrive_as_they_were_sent(string type) => Assert.All([true, false], full => Check(WorkerMessages.Requests, (WorkerRequest)Sample(type, full)));

    [Theory, MemberData(nameof(Events))]
    public void Events_arrive_as_they_were_sent(string type) => Assert.All([true, false], full => Check(WorkerMessages.Events, (WorkerEvent)Sample(type, full)));

    [Theory, MemberData(nameof(Operations))]
    public void Operations_arrive_with_their_stage(string type)
    {
        var stage = (RunStageRequest)Sample(nameof(RunStageRequest), full: true);
        Check(WorkerMessages.Requests, stage with { Operations = [(StageOperation)Sample(type, full: true), (StageOperation)Sample(type, full: false)] });
    }

    [Fact]
    public void Text_that_no_encoding_has_does_not_end_the_worker()
    {
        var stream = new MemoryStream();
        WorkerMessages.Events.Write(new BinaryWriter(stream, Encoding.UTF8), new OutputEvent("half \uD800 of a pair"));
        stream.Position = 0;
        Assert.Equal(new OutputEvent("half \uFFFD of a pair"), WorkerMessages.Events.TryRead(new BinaryReader(stream)));
    }

    static void Check<TMessage>(MessageForms<TMessage> forms, TMessage message)
        where TMessage : class
    {
        var stream = new MemoryStream();
        forms.Write(new BinaryWriter(stream, Encoding.UTF8), message);
        var bytes = stream.ToArray();
        stream.Position = 0;
        var reader = new BinaryReader(stream);
        Assert.Equal(Describe(message), Describe(forms.TryRead(reader)));
        Assert.Null(forms.TryRead(reader));
        // The other end was killed in the middle of it.
        for (var length = 1; length < bytes.Length; length += Math.Max(1, bytes.Length / 50))
            Assert.Throws<EndOfStreamException>(() => forms.TryRead(new BinaryReader(new MemoryStream(bytes, 0, length))));
    }

    static IEnumerable<Type> ConcreteTypes(Type type) => type.Assembly.GetTypes().Where(each => each.IsSubclassOf(type) && !each.IsAbstract);

    static object Sample(string name, bool full) => Sample(typeof(WorkerRequest).Assembly.GetTypes().Single(type => type.Name == name), name, full);

    static object Sample(Type type, string name, bool full)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return full ? $"{name} \"ü\"\n" : "";
        if (type == typeof(byte[]))
            return full ? new byte[] { 0, 0xFF, 10 } : [];
        if (type == typeof(bool))
            return full;
        if (type == typeof(TimeSpan))
            return TimeSpan.FromSeconds(full ? name.Length : 0);
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(full ? Enum.GetValues(type).Length - 1 : 0)!;
        if (type.IsPrimitive)
            return Convert.ChangeType(full ? name.Length : 0, type);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>))
        {
            var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.GetGenericArguments()))!;
            if (full)
                dictionary.Add($"key of {name}", Sample(type.GetGenericArguments()[1], name, full));
            return dictionary;
        }
        if (type.IsGenericType)
        {
            var item = type.GetGenericArguments()[0];
            var array = Array.CreateInstance(item, full ? 2 : 0);
            for (var i = 0; i < array.Length; i++)
                array.SetValue(Sample(item, $"{name}{i}", full), i);
            return array;
        }
        if (type.IsAbstract)
            return Sample(ConcreteTypes(type).First(), name, full);
        return Fill(type, full);
    }

    static object Fill(Type type, bool full)
    {
        var constructor = type.GetConstructors().OrderByDescending(each => each.GetParameters().Length).First(each => each.GetParameters() is not [{ } only] || only.ParameterType != type);
        var sample = constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            !full && nullability.Create(parameter).WriteState == NullabilityState.Nullable ? null : Sample(parameter.ParameterType, parameter.Name!, full))]);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite && constructor.GetParameters().All(parameter => parameter.Name != property.Name)))
            property.SetValue(sample, !full && nullability.Create(property).WriteState == NullabilityState.Nullable ? null : Sample(property.PropertyType, property.Name, full));
        return sample;
    }

    /// <summary>All parts in words: records do not compare their lists.</summary>
    static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        IDictionary dictionary => $"{{{string.Join(", ", dictionary.Keys.Cast<object>().Select(key => $"{Describe(key)}: {Describe(dictionary[key])}"))}}}",
        IEnumerable list => $"[{string.Join(", ", list.Cast<object>().Select(Describe))}]",
        _ when value.GetType() is { IsPrimitive: true } or { IsEnum: true } || value is TimeSpan => value.ToString()!,
        _ => $"{value.GetType().Name} {{{string.Join(", ", value.GetType().GetProperties().Where(property => property.CanWrite).Select(property => $"{property.Name}: {Describe(property.GetValue(value))}"))}}}",
    };
}
