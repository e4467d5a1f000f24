using System.Text.Json;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images.Text;
using ImageSdk.Imaginator.Configuration;

namespace ImageSdk.Imaginator.Batch;

/// <summary>Reads the file of <c>-runnerFile</c>: JSON with comment lines, as all of the imaginator's.</summary>
/// <param name="text">Its text.</param>
/// <param name="report">Receives what is ignored.</param>
sealed class BatchSettingsReader(ConfigurationText text, Action<Diagnostic> report)
{
    /// <exception cref="BuildException">IMG7310: it is not what is expected.</exception>
    public BatchSettings Read() => text.ReadJson(json =>
    {
        var record = new JsonRecord(json, "the runner file", "Kubernetes", "Slurm");
        return new BatchSettings(
            record.Find("Slurm") is { Kind: not JsonValueKind.Null } slurm ? ReadSlurm(slurm) : null,
            record.Find("Kubernetes") is { Kind: not JsonValueKind.Null } kubernetes ? ReadKubernetes(kubernetes) : null);
    }, report);

    static SlurmSettings ReadSlurm(CommentedJson json)
    {
        var record = new JsonRecord(json, "Slurm", "Cpus", "LogDirectory", "MemoryMiB", "Options", "PollSeconds", "WorkerCommand", "WorkerFlags");
        var defaults = new SlurmSettings();
        return new()
        {
            Cpus = record.Number("Cpus"),
            LogDirectory = record.Text("LogDirectory"),
            MemoryMiB = record.Number("MemoryMiB"),
            Options = record.Texts("Options"),
            PollInterval = record.Number("PollSeconds") is > 0 and <= 3600 and var seconds ? TimeSpan.FromSeconds(seconds) : defaults.PollInterval,
            WorkerCommand = record.Texts("WorkerCommand") is { Count: > 0 } command ? command : defaults.WorkerCommand,
            WorkerFlags = record.Texts("WorkerFlags"),
        };
    }

    KubernetesSettings ReadKubernetes(CommentedJson json)
    {
        var record = new JsonRecord(json, "Kubernetes",
            "Cpus", "Image", "Kubeconfig", "MemoryMiB", "Namespace", "NodeSelector", "Privileged", "Restarts", "Secret", "SecretPath", "ServiceAccount", "StateClaim", "StatePath",
            "WorkerCommand", "WorkerFlags");
        var defaults = new KubernetesSettings();
        return record.Text("Image").Length == 0
            ? throw text.Error("IMG7310", "Kubernetes needs an Image: the container image with the worker.", json)
            : new()
            {
                Cpus = record.Number("Cpus"),
                Image = record.Text("Image"),
                Kubeconfig = record.Text("Kubeconfig"),
                MemoryMiB = record.Number("MemoryMiB"),
                Namespace = record.Text("Namespace"),
                NodeSelector = record.Table("NodeSelector", (value, label) => value.ReadText($"label \"{label}\"")),
                Privileged = record.Find("Privileged")?.Kind != JsonValueKind.False,
                Restarts = record.Find("Restarts") is null ? defaults.Restarts : record.Number("Restarts"),
                Secret = record.Text("Secret"),
                SecretPath = Or(record.Text("SecretPath"), defaults.SecretPath),
                ServiceAccount = record.Text("ServiceAccount"),
                StateClaim = record.Text("StateClaim"),
                StatePath = Or(record.Text("StatePath"), defaults.StatePath),
                WorkerCommand = record.Texts("WorkerCommand") is { Count: > 0 } command ? command : defaults.WorkerCommand,
                WorkerFlags = record.Texts("WorkerFlags"),
            };
    }

    static string Or(string text, string absent) => text.Length > 0 ? text : absent;
}
