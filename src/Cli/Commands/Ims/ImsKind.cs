using System.Text.Json.Nodes;

namespace ImageSdk.Cli.Commands.Ims;

/// <summary>A kind of records of an image management service.</summary>
/// <param name="Name">Of its commands: "keys".</param>
/// <param name="Word">What one is called.</param>
/// <param name="Path">At the service: "public-keys".</param>
/// <param name="Columns">Of the table for people: a heading, and the member it shows.</param>
sealed record ImsKind(string Name, string Word, string Path, IReadOnlyList<(string Heading, Func<JsonObject, string> Field)> Columns)
{
    /// <summary>Whether what is deleted is aside, and comes back.</summary>
    public bool IsKept { get; init; }

    public static ImsKind Images { get; } = new("images", "image", "images", [Member("ID", "id"), Member("CREATED", "created"), Member("ARCH", "arch"), ("STATE", StateOf), Member("NAME", "name")]) { IsKept = true };

    public static ImsKind Recipes { get; } = new(
        "recipes", "recipe", "recipes", [Member("ID", "id"), Member("CREATED", "created"), Member("ARCH", "arch"), Member("TYPE", "recipe_type"), ("STATE", StateOf), Member("NAME", "name")]) { IsKept = true };

    public static ImsKind Keys { get; } = new("keys", "public key", "public-keys", [Member("ID", "id"), Member("CREATED", "created"), Member("NAME", "name")]) { IsKept = true };

    public static ImsKind Nodes { get; } = new("nodes", "build node", "remote-build-nodes", [Member("NAME", "xname")]);

    public static ImsKind Jobs { get; } = new("jobs", "job", "jobs", [Member("ID", "id"), Member("CREATED", "created"), Member("TYPE", "job_type"), Member("STATUS", "status"), Member("NAME", "image_root_archive_name")]);

    /// <param name="id">Null for all.</param>
    public string PathOf(string? id = null, bool areDeleted = false) => $"/v3/{(areDeleted ? "deleted/" : "")}{Path}{(id is null ? "" : "/" + Uri.EscapeDataString(id))}";

    static (string, Func<JsonObject, string>) Member(string heading, string name) => (heading, record => record[name]?.ToString() ?? "");

    static string StateOf(JsonObject record) => record["link"] is null ? "empty" : "ready";
}
