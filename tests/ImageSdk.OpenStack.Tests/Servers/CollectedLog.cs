using System.Collections.Concurrent;

namespace ImageSdk.OpenStack.Tests.Servers;

/// <summary>All that was told: "CODE: MESSAGE" for warnings.</summary>
sealed class CollectedLog : ICloudLog
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public void Progress(string line) => Lines.Enqueue(line);

    public void Warn(string code, string message) => Lines.Enqueue($"{code}: {message}");
}
