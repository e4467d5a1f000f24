using System.Globalization;
using System.Text.RegularExpressions;
using ImageSdk.ImageService.Problems;
using ImageSdk.ImageService.Records;
using Microsoft.AspNetCore.Http;

namespace ImageSdk.ImageService.Resources;

/// <summary>Which jobs a DELETE is for.</summary>
/// <param name="Statuses">Empty for any.</param>
/// <param name="Type">Null for any.</param>
/// <param name="Age">Null for any; else only those that are older.</param>
sealed partial record JobSelection(IReadOnlyCollection<string> Statuses, string? Type, TimeSpan? Age)
{
    /// <exception cref="ApiProblem">A parameter is wrong.</exception>
    public static JobSelection Read(IQueryCollection query)
    {
        var statuses = query["status"].Select(status => (status ?? "").ToLowerInvariant()).ToList();
        if (statuses.Find(status => !JobStatus.All.Contains(status)) is { } unknown)
            throw Unsupported("status", unknown);
        var type = query.TryGetValue("job_type", out var types) ? $"{types}" : null;
        if (type is not null && !JobTypes.All.Contains(type))
            throw Unsupported("job_type", type);
        var age = query.TryGetValue("age", out var ages) ? $"{ages}" : null;
        return new(statuses, type, age is null ? null : ReadAge(age) ?? throw Unsupported("age", age));
    }

    /// <summary>Whether a job is one of them.</summary>
    public bool Has(JobRecord job, DateTimeOffset now) =>
        (Statuses.Count == 0 || Statuses.Contains(job.Status)) && (Type is null || job.JobType == Type)
        && (Age is not { } age || DateTimeOffset.Parse(job.Created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal) < now - age);

    static TimeSpan? ReadAge(string text)
    {
        if (AgeText().Match(text) is not { Success: true } match)
            return null;
        try
        {
            double Of(string unit) => match.Groups[unit].Success ? double.Parse(match.Groups[unit].Value, CultureInfo.InvariantCulture) : 0;
            var days = Of("w") * 7 + Of("d");
            return TimeSpan.FromMinutes((days * 24 + Of("h")) * 60 + Of("m"));
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    static ApiProblem Unsupported(string name, string value) => new(
        StatusCodes.Status400BadRequest,
        $"Unsupported {name} {value} in query parameters. Determine the specific information that is missing or invalid and then re-run the request with valid information.", null);

    [GeneratedRegex(@"^(?=.)(?:(?<w>\d{1,6})w)?(?:(?<d>\d{1,6})d)?(?:(?<h>\d{1,6})h)?(?:(?<m>\d{1,8})m)?$", RegexOptions.CultureInvariant)]
    private static partial Regex AgeText();
}
