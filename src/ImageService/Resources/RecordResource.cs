using System.Text.Json;
using System.Text.Json.Nodes;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Records.Stores;
using ImageSdk.ImageService.Validation;

namespace ImageSdk.ImageService.Resources;

/// <summary>
/// What clients do with the records of one kind. Artifacts move before their record does, and a step that was done before counts as done: what
/// was ended in the middle is completed by asking again.
/// </summary>
/// <param name="kind">The kind.</param>
/// <param name="form">What the body of a new one may be.</param>
abstract class RecordResource<T>(ServiceContext context, RecordKind<T> kind, Schema form) where T : class, IRecord
{
    public string Name => kind.Name;

    public RecordKind<T> Kind => kind;

    public Schema Form => form;

    protected ServiceContext Context => context;

    /// <summary>The documents of all, in the order in which they were made.</summary>
    public IAsyncEnumerable<string> ListAsync(bool areDeleted, CancellationToken cancellation) => context.Records.ListAsync(kind, areDeleted, cancellation);

    /// <summary>Documents of some of them, each with a number.</summary>
    public IAsyncEnumerable<(long Number, string Document)> ListAsync(bool areDeleted, RecordSelection selection, CancellationToken cancellation) =>
        context.Records.ListAsync(kind, areDeleted, selection, cancellation);

    /// <exception cref="ApiProblem">There is none.</exception>
    public async Task<T> GetAsync(string id, bool isDeleted, CancellationToken cancellation) =>
        await context.Records.FindAsync(kind, id, isDeleted, cancellation) ?? throw ApiProblem.NotFound();

    /// <exception cref="ApiProblem">The body is wrong.</exception>
    public async Task<T> CreateAsync(JsonElement body, CancellationToken cancellation)
    {
        var record = await MakeAsync(Read(form, Prepare(body)), cancellation);
        await GuardLinkAsync(() => context.Records.AddAsync(kind, record, cancellation));
        await AddedAsync(record, cancellation);
        return record;
    }

    /// <summary>Removes a record for good.</summary>
    /// <param name="cascades">Whether its artifacts go, too.</param>
    public async Task RemoveAsync(string id, bool cascades, CancellationToken cancellation)
    {
        using var turn = await context.Turns.TakeAsync(id, cancellation);
        var record = await GetAsync(id, isDeleted: false, cancellation);
        if (cascades)
            await RemoveArtifactsAsync(record, cancellation);
        await context.Records.RemoveAsync(kind, id, isDeleted: false, cancellation);
    }

    public Task RemoveAllAsync(bool cascades, CancellationToken cancellation) => ForAllAsync(false, id => RemoveAsync(id, cascades, cancellation), cancellation);

    /// <summary>Puts a record aside, with its artifacts.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        using var turn = await context.Turns.TakeAsync(id, cancellation);
        var record = await GetAsync(id, isDeleted: false, cancellation);
        var moved = await PutAsideAsync(record, cancellation);
        await context.Records.ChangeAsync(kind, id, isDeleted: false, current => WithLinkOf(current, moved, context.Now), cancellation);
    }

    public Task DeleteAllAsync(CancellationToken cancellation) => ForAllAsync(false, id => DeleteAsync(id, cancellation), cancellation);

    /// <summary>Takes a record back into use, with all of its artifacts or not at all.</summary>
    /// <exception cref="ApiProblem">There is none, or not all of its artifacts are there.</exception>
    public async Task UndeleteAsync(string id, JsonElement body, CancellationToken cancellation)
    {
        Read(Schemas.Undelete, body);
        using var turn = await context.Turns.TakeAsync(id, cancellation);
        await UndeleteAsync(id, cancellation);
    }

    public async Task UndeleteAllAsync(JsonElement body, CancellationToken cancellation)
    {
        Read(Schemas.Undelete, body);
        await ForAllAsync(true, async id =>
        {
            using var turn = await context.Turns.TakeAsync(id, cancellation);
            await UndeleteAsync(id, cancellation);
        }, cancellation);
    }

    /// <summary>Removes a deleted record and its artifacts for good.</summary>
    public async Task PurgeAsync(string id, CancellationToken cancellation)
    {
        using var turn = await context.Turns.TakeAsync(id, cancellation);
        await PurgeArtifactsAsync(await GetAsync(id, isDeleted: true, cancellation), cancellation);
        await context.Records.RemoveAsync(kind, id, isDeleted: true, cancellation);
    }

    public Task PurgeAllAsync(CancellationToken cancellation) => ForAllAsync(true, id => PurgeAsync(id, cancellation), cancellation);

    /// <summary>What becomes of a body before it is read.</summary>
    protected virtual JsonElement Prepare(JsonElement body) => body;

    /// <summary>Makes a record of what was read.</summary>
    protected abstract Task<T> MakeAsync(JsonObject values, CancellationToken cancellation);

    /// <summary>What begins with a record that was added.</summary>
    protected virtual Task AddedAsync(T record, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Removes the artifacts of a record that is removed for good.</summary>
    protected virtual Task RemoveArtifactsAsync(T record, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Moves the artifacts of a record that is put aside.</summary>
    /// <returns>Where they are then; the link of one that keeps it.</returns>
    protected virtual Task<ArtifactLink?> PutAsideAsync(T record, CancellationToken cancellation) => Task.FromResult<ArtifactLink?>(null);

    /// <summary>Moves the artifacts of a record that is taken back into use: all or none.</summary>
    protected virtual Task<ArtifactLink?> TakeBackAsync(T record, CancellationToken cancellation) => Task.FromResult<ArtifactLink?>(null);

    /// <summary>After a record was taken back, removes what only it needed while it was aside.</summary>
    protected virtual Task TidyAsync(T record, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Removes the artifacts of a record that was put aside.</summary>
    protected virtual Task PurgeArtifactsAsync(T record, CancellationToken cancellation) => Task.CompletedTask;

    protected abstract T WithLinkOf(T record, ArtifactLink? link, string? deleted);

    /// <exception cref="ApiProblem">There is nothing in it, or it is wrong.</exception>
    protected static JsonObject Read(Schema schema, JsonElement body) => IsNothing(body) ? throw ApiProblem.NoInput()
        : schema.Read(body, out var values) is { } faults ? throw ApiProblem.Invalid(faults)
        : values!;

    /// <summary>Members of a link, those of a manifest's included, in a record's form.</summary>
    protected static ArtifactLink? LinkOf(JsonNode? link) => link is null ? null
        : new(link["path"]!.GetValue<string>(), link["type"]!.GetValue<string>(), link["etag"]?.GetValue<string>() ?? "");

    /// <summary>Says in the words of the original that a link is another record's.</summary>
    protected async Task GuardLinkAsync(Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (LinkTakenException taken)
        {
            throw ApiProblem.LinkTaken(taken.Path, kind.Name.TrimEnd('s'), taken.Owner);
        }
    }

    async Task UndeleteAsync(string id, CancellationToken cancellation)
    {
        var record = await GetAsync(id, isDeleted: true, cancellation);
        var moved = await TakeBackAsync(record, cancellation);
        await GuardLinkAsync(() => context.Records.ChangeAsync(kind, id, isDeleted: true, current => WithLinkOf(current, moved, deleted: null), cancellation));
        await TidyAsync(record, cancellation);
    }

    // Goes through all of them, and reports the first failure at the end.
    async Task ForAllAsync(bool areDeleted, Func<string, Task> work, CancellationToken cancellation)
    {
        ApiProblem? first = null;
        foreach (var record in await context.Records.ReadAllAsync(kind, areDeleted, cancellation))
            try
            {
                await work(record.Id);
            }
            catch (ApiProblem problem) when (problem.Status == 404)
            {
                // Someone else was faster.
            }
            catch (ApiProblem problem)
            {
                first ??= problem;
            }
        if (first is not null)
            throw first;
    }

    // What Python takes for false.
    static bool IsNothing(JsonElement body) => body.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined => true,
        JsonValueKind.String => body.GetString()!.Length == 0,
        JsonValueKind.Array => body.GetArrayLength() == 0,
        JsonValueKind.Object => !body.EnumerateObject().Any(),
        JsonValueKind.Number => body.TryGetDouble(out var number) && number == 0,
        _ => false,
    };
}
