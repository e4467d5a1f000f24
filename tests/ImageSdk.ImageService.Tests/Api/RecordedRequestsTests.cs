using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImageSdk.ImageService.Artifacts;
using ImageSdk.ImageService.Tests.Harness;
using ImageSdk.Tests;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>The recorded requests to the original, and its answers.</summary>
public sealed partial class RecordedRequestsTests
{
    /// <summary>Where ours is right and the original is not, or says more: docs/ims.md has the reasons.</summary>
    static readonly Dictionary<string, int> deviations = new()
    {
        ["null dict"] = 422, ["duplicate link"] = 422, ["list body"] = 422, ["badjson v3 PATCH"] = 422, ["badjson v2 PATCH"] = 422,
        ["badjson POST"] = 422, ["nonsense path"] = 422, ["v2 delete, manifest gone"] = 422,
        // Where the recording had no Kubernetes.
        ["full create"] = 201, ["/v3/jobs?age=bogus"] = 400,
    };

    [FixtureFact]
    public async Task Answers_are_those_of_the_original()
    {
        await using var service = await TestService.StartAsync();
        var replay = new Replay(service);
        var faults = new List<string>();
        foreach (var file in (string[])["records.txt", "jobs.txt"])
            foreach (var request in Read(Path.Combine(Fixtures.Root!, "ims", file)))
                if (await replay.SendAsync(request) is { } fault)
                    faults.Add(fault);
        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
        Assert.InRange(replay.Count, 190, 230);
    }

    sealed record Request(string Label, string Method, string Path, string? Body, bool IsRaw, int Status, string Type, string Answer);

    static IEnumerable<Request> Read(string file)
    {
        string? head = null;
        foreach (var line in File.ReadLines(file))
            if (line.StartsWith("--- ", StringComparison.Ordinal))
            {
                head = line;
            }
            else if (head is not null && AnswerLine().Match(line) is { Success: true } answer)
            {
                var request = RequestLine().Match(head);
                var body = request.Groups["body"].Value;
                var isRaw = body.StartsWith('\'');
                yield return new(
                    request.Groups["label"].Value, request.Groups["method"].Value, request.Groups["path"].Value, body == "null" ? null : isRaw ? body[1..^1] : body, isRaw,
                    int.Parse(answer.Groups["status"].Value), answer.Groups["type"].Value, answer.Groups["body"].Value);
                head = null;
            }
    }

    [GeneratedRegex("^--- (?<label>.*?) ?(?<method>GET|POST|PATCH|DELETE) (?<path>/\\S*) (?<body>.*)$")]
    private static partial Regex RequestLine();

    [GeneratedRegex("^    => (?<status>\\d+) (?<type>\\S+) ?(?<body>.*)$")]
    private static partial Regex AnswerLine();

    /// <summary>Sends what was recorded, with the ids of this run in place of those of the recording, and puts the artifacts there that were there then.</summary>
    sealed partial class Replay(TestService service)
    {
        readonly Dictionary<string, string> ids = [];
        readonly HashSet<string> changedOtherwise = [];
        string? lastRootfs;

        public int Count { get; private set; }

        public async Task<string?> SendAsync(Request request)
        {
            // Probed over SSH: NodeStatusTests.
            if (request.Path.Contains("/status", StringComparison.Ordinal))
                return null;
            Count++;
            var body = request.Body is null ? null : Mapped(request.Body);
            await PrepareAsync(request, body);
            var answer = await service.SendAsync(request.Method, Mapped(request.Path), body, request.Label == "no body no ct" ? null : request.IsRaw && request.Body == "{\"name\":\"n\"}" ? "text/plain" : "application/json");
            var status = request.Status;
            var isOther = deviations.TryGetValue(request.Label, out var deviation) || deviations.TryGetValue(request.Path, out deviation);
            if (isOther)
                status = deviation;
            // Here there may be several.
            if (request.Answer.Contains("Only one SSH container", StringComparison.Ordinal))
                (isOther, status) = (true, 201);
            if (answer.Status != status)
                return $"{request.Method} {request.Path} {request.Body}\n  expected {status}, got {answer.Status} {answer.Body}";
            if (request.Label == "full create")
                await service.SendAsync("DELETE", $"/v3/jobs/{answer.Json!["id"]}");
            if (isOther && request.Method == "PATCH")
                changedOtherwise.Add(request.Path);
            if (isOther || request.Method == "GET" && changedOtherwise.Contains(request.Path))
                return null;
            if (answer.Type != request.Type)
                return $"{request.Method} {request.Path}\n  expected {request.Type}, got {answer.Type}";
            if (IsTruncated(request.Answer))
            {
                if (OwnId().Match(request.Answer) is { Success: true } match && answer.Json is JsonObject)
                    ids[match.Groups[1].Value] = answer.Json["id"]!.GetValue<string>();
                return null;
            }
            var expected = request.Answer.Length == 0 ? null : JsonNode.Parse(request.Answer);
            Learn(expected, answer.Json);
            // Sentences of the web server that the original runs on.
            if (expected is JsonObject { Count: 1 } only && only.ContainsKey("message"))
                return answer.Json is JsonObject { Count: 1 } ours && ours.ContainsKey("message") ? null : $"{request.Method} {request.Path}: {answer.Body}";
            var (left, right) = (Plain(WithOurChoices(Mapped(request.Answer))), Plain(answer.Body));
            return JsonNode.DeepEquals(left, right) ? null : $"{request.Method} {request.Path} {request.Body}\n  expected {left?.ToJsonString()}\n  got      {right?.ToJsonString()}";
        }

        // What the recording's client uploaded before this request.
        async Task PrepareAsync(Request request, string? body)
        {
            if (request.Label == "v2 delete, manifest gone" || request.Label == "v3 delete, kernel gone")
                await service.Artifacts.DeleteAsync(new("boot-images", $"{IdOf(Mapped(request.Path))}/{(request.Label.Contains("kernel") ? "kernel" : "manifest.json")}"), CancellationToken.None);
            if (request.IsRaw || body is null || !body.Contains("\"link\": {", StringComparison.Ordinal)
                || JsonNode.Parse(body)?["link"]?["path"]?.GetValueKind() != JsonValueKind.String
                || !ArtifactPath.TryParse(JsonNode.Parse(body)!["link"]!["path"]!.GetValue<string>(), out var path))
                return;
            if (path.Bucket == "ims" && path.Key.EndsWith("/r.tgz", StringComparison.Ordinal))
                await service.Artifacts.WriteAsync(path, "recipe"u8.ToArray(), CancellationToken.None);
            if (path.Bucket == "boot-images" && await service.Artifacts.FindAsync(path, CancellationToken.None) is null)
                await service.Artifacts.WriteAsync(path, await ManifestAsync(request.Label, path.Key.Split('/')[0]), CancellationToken.None);
        }

        async Task<byte[]> ManifestAsync(string label, string id)
        {
            var artifacts = new JsonArray();
            foreach (var (file, kind) in new[] { ("rootfs", "rootfs.squashfs"), ("kernel", "kernel"), ("initrd", "initrd"), ("boot_parameters", "parameters.boot") })
            {
                var etag = await service.Artifacts.WriteAsync(new("boot-images", $"{id}/{file}"), Encoding.UTF8.GetBytes(file + id), CancellationToken.None);
                artifacts.Add(new JsonObject { ["link"] = Link($"s3://boot-images/{id}/{file}", etag), ["type"] = $"application/vnd.cray.image.{kind}", ["md5"] = etag });
            }
            lastRootfs ??= artifacts[0]!.ToJsonString();
            JsonObject Rootfs() => JsonNode.Parse(lastRootfs)!.AsObject();
            var manifest = new JsonObject { ["version"] = "1.0", ["created"] = "2024-01-01 00:00:00", ["artifacts"] = artifacts };
            switch (label)
            {
                case "noversion": manifest.Remove("version"); break;
                case "badversion": manifest["version"] = "2.0"; break;
                case "noartifacts": manifest.Remove("artifacts"); break;
                case "artifacts not list": manifest["artifacts"] = new JsonObject(); break;
                case "artifact not dict": manifest["artifacts"] = new JsonArray("x"); break;
                case "no link": manifest["artifacts"] = new JsonArray(new JsonObject { ["type"] = "t" }); break;
                case "no link type": manifest["artifacts"] = new JsonArray(new JsonObject { ["type"] = "t", ["link"] = new JsonObject { ["path"] = "s3://a/b" } }); break;
                case "bad link type": manifest["artifacts"] = new JsonArray(new JsonObject { ["type"] = "t", ["link"] = new JsonObject { ["path"] = "s3://a/b", ["type"] = "ftp" } }); break;
                case "no path": manifest["artifacts"] = new JsonArray(new JsonObject { ["type"] = "t", ["link"] = new JsonObject { ["type"] = "s3" } }); break;
                case "missing artifact": manifest["artifacts"] = new JsonArray(new JsonObject { ["type"] = "t", ["link"] = new JsonObject { ["type"] = "s3", ["path"] = "s3://boot-images/nope" } }); break;
                case "no type": manifest["artifacts"] = new JsonArray(new JsonObject { ["link"] = Rootfs()["link"]!.DeepClone() }); break;
                case "no rootfs": manifest["artifacts"] = new JsonArray(artifacts[1]!.DeepClone()); break;
                case "two rootfs": manifest["artifacts"] = new JsonArray(Rootfs(), Rootfs()); break;
                case "no md5": manifest["artifacts"] = new JsonArray(new JsonObject { ["type"] = Rootfs()["type"]!.DeepClone(), ["link"] = Rootfs()["link"]!.DeepClone() }); break;
                case "empty object manifest": return "{}"u8.ToArray();
                case "1MiB manifest": return Encoding.UTF8.GetBytes($"{{\"version\":\"1.0\",\"artifacts\":[],\"x\":\"{new string('y', 1 << 20)}\"}}");
                case var bad when bad.StartsWith("badjson", StringComparison.Ordinal): return "{nope"u8.ToArray();
                default: break;
            }
            return JsonSerializer.SerializeToUtf8Bytes(manifest);

            static JsonObject Link(string path, string etag) => new() { ["path"] = path, ["etag"] = etag, ["type"] = "s3" };
        }

        // The recording cuts off what is long.
        static bool IsTruncated(string answer)
        {
            try
            {
                _ = answer.Length == 0 ? null : JsonNode.Parse(answer);
                return false;
            }
            catch (JsonException)
            {
                return true;
            }
        }

        // Recipes of ours, and for Debian: docs/ims.md.
        static string WithOurChoices(string answer) => answer
            .Replace("one of: kiwi-ng, packer.", "one of: kiwi-ng, packer, imgproj.", StringComparison.Ordinal)
            .Replace("one of: sles12, sles15, centos7.", "one of: sles12, sles15, centos7, debian.", StringComparison.Ordinal);

        // Ids are random: what stands in the recording stands for what was answered here.
        void Learn(JsonNode? theirs, JsonNode? ours)
        {
            if (theirs?.GetValueKind() == JsonValueKind.Object && ours?.GetValueKind() == JsonValueKind.Object && theirs["id"] is { } id && ours["id"] is { } own)
                ids[id.GetValue<string>()] = own.GetValue<string>();
        }

        string Mapped(string text) => Id().Replace(text, match =>
        {
            var own = ids.GetValueOrDefault(match.Value.ToLowerInvariant(), match.Value);
            return match.Value.Any(char.IsAsciiLetterLower) ? own : own.ToUpperInvariant();
        });

        static string IdOf(string path) => Id().Match(path).Value;

        // Times and digests differ, and the order of members says nothing.
        static JsonNode? Plain(string text) => text.Length == 0 ? null : JsonNode.Parse(Digest().Replace(Time().Replace(text, "TIME"), "DIGEST"));

        [GeneratedRegex("\"id\": ?\"([-0-9a-f]{36})\"")]
        private static partial Regex OwnId();

        [GeneratedRegex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")]
        private static partial Regex Id();

        [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")]
        private static partial Regex Time();

        [GeneratedRegex(@"\b[0-9a-f]{32}\b")]
        private static partial Regex Digest();
    }
}
