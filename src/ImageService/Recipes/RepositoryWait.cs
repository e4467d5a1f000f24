using System.Net;
using System.Xml;
using System.Xml.Linq;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Runs;

namespace ImageSdk.ImageService.Recipes;

/// <summary>Waits until the repositories of a kiwi description answer.</summary>
/// <param name="pause">From one question to the next.</param>
/// <param name="limit">How long to wait.</param>
sealed class RepositoryWait(HttpClient http, TimeSpan pause, TimeSpan limit, TimeProvider time)
{
    /// <param name="description">The <c>config.xml</c>.</param>
    /// <exception cref="RunException">IMG7622 or IMG7624: it is none, or one does not answer.</exception>
    public async Task RunAsync(RunContext run, string description, CancellationToken cancellation)
    {
        var waited = Read(description).ToList();
        if (waited.Count == 0)
            run.Log.Write("The recipe has no repositories on web servers");
        var began = time.GetTimestamp();
        while (true)
        {
            var answers = await Task.WhenAll(waited.Select(async address => (Address: address, Fault: await AskAsync(address, cancellation))));
            foreach (var (address, _) in answers.Where(answer => answer.Fault is null))
                run.Log.Write($"{Plain(address)} answers");
            waited = [.. answers.Where(answer => answer.Fault is not null).Select(answer => answer.Address)];
            if (waited.Count == 0)
                return;
            var fault = answers.First(answer => answer.Fault is not null);
            if (time.GetElapsedTime(began) > limit)
                throw new RunException("IMG7624", $"The repository {Plain(fault.Address)} does not answer within {limit.TotalSeconds:0} seconds: {fault.Fault}.");
            run.Log.Write($"Waiting for {Plain(fault.Address)}: {fault.Fault}");
            await Task.Delay(pause, time, cancellation);
        }
    }

    // What every repository of its kind has.
    static IEnumerable<Uri> Read(string description)
    {
        XDocument document;
        try
        {
            using var reader = XmlReader.Create(description, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            document = XDocument.Load(reader);
        }
        catch (Exception problem) when (problem is XmlException or IOException)
        {
            throw new RunException("IMG7622", $"The recipe has no config.xml that can be read: {problem.Message}", problem);
        }
        foreach (var repository in document.Descendants("repository"))
            foreach (var path in repository.Elements("source").Select(source => ((string?)source.Attribute("path") ?? "").TrimEnd('/')))
                if (Uri.TryCreate(path + '/', UriKind.Absolute, out var root) && (root.Scheme == Uri.UriSchemeHttp || root.Scheme == Uri.UriSchemeHttps))
                    yield return new(root, (string?)repository.Attribute("distribution") is { Length: > 0 } distribution ? $"dists/{distribution}/Release" : "repodata/repomd.xml");
    }

    async Task<string?> AskAsync(Uri address, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(pause + TimeSpan.FromSeconds(10));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, address);
            using var answer = await http.SendAsync(request, patience.Token);
            return answer.StatusCode == HttpStatusCode.OK ? null : $"it answers {(int)answer.StatusCode}";
        }
        catch (HttpRequestException problem)
        {
            return problem.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "there is no answer";
        }
    }

    // Users and passwords are no one's business.
    static string Plain(Uri address) => address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
}
