using System.Text.Json;
using ImageSdk.Images.Text;

namespace ImageSdk.Imaginator.Configuration;

/// <summary>An object of a configuration file whose members have names that are ours.</summary>
/// <param name="json">The object.</param>
/// <param name="what">It, in words, for messages.</param>
/// <param name="known">The members that have a meaning.</param>
/// <exception cref="JsonException">It is no object.</exception>
sealed class JsonRecord(CommentedJson json, string what, params IReadOnlyList<string> known)
{
    readonly IReadOnlyDictionary<string, CommentedJson> members = json.ReadMembers(what, known);

    /// <summary>Null where it is missing.</summary>
    public CommentedJson? Find(string member) => members.GetValueOrDefault(member);

    public string Text(string member) => Find(member)?.ReadText(member) ?? "";

    public IReadOnlyList<string> Texts(string member) => Find(member)?.ReadTexts(member) ?? [];

    public ulong Number(string member) => Find(member)?.ReadNumber(member) ?? 0;

    public IReadOnlyDictionary<string, T> Table<T>(string member, Func<CommentedJson, string, T> read) =>
        Find(member)?.ReadTable(member, read) ?? new Dictionary<string, T>();

    public IReadOnlyList<T> List<T>(string member, Func<CommentedJson, T> read) => [.. (Find(member)?.ReadList(member) ?? []).Select(read)];

    /// <summary>An object within; null where it is missing or null.</summary>
    public JsonRecord? Record(string member, params IReadOnlyList<string> names) =>
        Find(member) is { Kind: not JsonValueKind.Null } found ? new(found, member, names) : null;
}
