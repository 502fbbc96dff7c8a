/** What a new user has to type, for the hub that this page came from. */

/** The agent as a program on a Docker host. */
export function command(hub: string): string {
  return `TETHERD_SERVER=${hub} \\\nTETHERD_TOKEN=your-secret-password \\\ntetherd`;
}

/** The agent as a compose service on a Docker host. */
export function compose(hub: string): string {
  return `services:
  tetherd:
    image: tetherd
    network_mode: host
    restart: unless-stopped
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
    environment:
      TETHERD_SERVER: ${hub}
      TETHERD_TOKEN: your-secret-password`;
}

/** The labels that make a container a route. */
export const LABELS = `services:
  my-app:
    image: nginx
    ports:
      - "8080:80"
    labels:
      - "traefik.enable=true"
      - "traefik.http.routers.my-app.rule=Host(\`myapp.example.com\`)"`;

/** True if other machines cannot reach the hub by the name in this page's address. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^(127\.|\[::1\])/.test(host);
}
