using System.Net;
using System.Net.Sockets;

namespace MindBridge.LocalServers;

/// <summary>A port of this machine that nobody listens on.</summary>
public static class FreePort
{
    // Below those that outgoing connections are given: on a busy machine one of them would soon have it.
    private const int First = 15_000, End = 32_768;

    /// <summary>Finds one; another listener may take it the next moment.</summary>
    public static int Find()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(First, End));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                // Somebody has it; there are thousands more.
            }
        }
    }
}
